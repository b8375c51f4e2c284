#[[Firefox and WebKit for tests of pages: Debian's, driven by what WebDriver has for each.

Firefox listens on a socket itself (Marionette); WebKit has a driver that speaks HTTP, and needs a
screen.]]

(eval-when-compile (require hyrule [meth]))
(import
  contextlib [contextmanager]
  json
  os
  pathlib [Path]
  shutil [which]
  signal
  socket
  subprocess
  time
  urllib.request [Request urlopen]
  tests.browser [DEADLINE]
  tests.web [free-port])

(setv
  START 120  ; seconds in which a browser starts, or answers
  ELEMENT "element-6066-11e4-a52e-4f735466cecf"  ; what WebDriver calls an element in JSON
  ;; What a page is asked for: its names in Marionette and in WebDriver.
  COMMANDS {
    "open" ["Navigate" "url"]
    "run" ["ExecuteScript" "execute/sync"]
    "find" ["FindElement" "element"]
    "click" ["ElementClick" "element/{id}/click"]
    "type" ["ElementSendKeys" "element/{id}/value"]})


(defclass RemotePage []
  "A page in a browser that a function `send` reaches: it takes a command and its parameters."

  (meth __init__ [@send])

  (meth open [path]
    "Open the file at `path`."
    (@send "open" {"url" (.as-uri (.resolve path))}))

  (meth run [expression]
    "Return the value of an `expression` in JavaScript."
    (@send "run" {"script" f"return ({expression});"  "args" []}))

  (meth click [selector]
    "Click the element of a `selector`."
    (@send "click" {"id" (@find selector)}))

  (meth type-in [selector text]
    "Type `text` in the element of a `selector`."
    (@send "type" {"id" (@find selector)  "text" text}))

  (meth find [selector]
    "Return what the browser calls the element of a `selector`."
    (get (@send "find" {"using" "css selector"  "value" selector}) ELEMENT))

  (meth wait-until [condition]
    "Wait until `condition`, an expression in JavaScript, is true."
    (setv deadline (+ (time.monotonic) DEADLINE))
    (while (not (@run condition))
      (assert (< (time.monotonic) deadline) f"this never came true: {condition}")
      (time.sleep 0.05))))


(defn program [#* names]
  "Return the first of the programs `names` that is installed."
  (setv found (next (filter None (map which names)) None))
  (assert found f"tests of pages need {(get names 0)}")
  found)


(defn [contextmanager] started [folder #* command]
  "Run `command`, at home in `folder`, until the end."
  (setv process (subprocess.Popen command :start-new-session True
    :stdout subprocess.DEVNULL :stderr subprocess.DEVNULL
    :env {#** os.environ  "HOME" (str folder)  "LANG" "en_US.UTF-8"}))
  (try
    (yield)
    (finally
      (os.killpg process.pid signal.SIGTERM)
      (.wait process))))


(defn connected [port]
  "Return a connection to `port` of this machine, once there is one."
  (setv deadline (+ (time.monotonic) START))
  (while True
    (try
      (return (socket.create-connection #("127.0.0.1" port) :timeout START))
      (except [OSError]
        (assert (< (time.monotonic) deadline) f"nobody listens on port {port}")
        (time.sleep 0.05)))))


(defn [contextmanager] open-firefox [folder]
  "Yield a `RemotePage` in Firefox, whose profile is in `folder`."
  (setv port (free-port))
  (.write-text (/ folder "user.js") f"user_pref(\"marionette.port\", {port});")
  (with [
      _ (started folder (program "firefox-esr" "firefox") "--headless" "--marionette"
        "--profile" (str folder))
      connection (connected port)
      answers (.makefile connection "rb")]
    (defn answer []
      (setv length (.join b"" (iter (fn [] (or (.read answers 1) (raise EOFError))) b":")))
      (json.loads (.read answers (int length))))
    (defn send [command parameters]
      (setv message (.encode (json.dumps [0 1 f"WebDriver:{command}" parameters])))
      (.sendall connection (+ (.encode f"{(len message)}:") message))
      (setv [_ _ error result] (answer))
      (assert (is error None) error)
      (.get result "value" result))
    (answer)  ; what it says of itself
    (send "NewSession" {})
    (yield (RemotePage (fn [what parameters] (send (get COMMANDS what 0) parameters))))))


(defn [contextmanager] open-webkit [folder]
  "Yield a `RemotePage` in WebKit, at home in `folder`."
  (setv port (free-port))
  (defn post [path parameters]
    (setv
      body (.encode (json.dumps parameters))
      request (Request f"http://127.0.0.1:{port}{path}" body {"Content-Type" "application/json"}))
    (with [answer (urlopen request :timeout START)] (get (json.load answer) "value")))
  (setv [mini-browser #* _] (.glob (Path "/usr/lib") "*/webkit2gtk-4.*/MiniBrowser"))
  (with [_ (started folder (program "xvfb-run") "-a" (program "WebKitWebDriver") f"--port={port}")]
    (.close (connected port))
    (setv
      options {"binary" (str mini-browser)  "args" ["--automation"]}
      wanted {"alwaysMatch" {"webkitgtk:browserOptions" options}}
      session (get (post "/session" {"capabilities" wanted}) "sessionId"))
    (yield (RemotePage (fn [what parameters]
      (setv path (.format (get COMMANDS what 1) #** parameters))
      (post f"/session/{session}/{path}" parameters))))))
