#[[How fast and how steady the server is: `python -m hy bench/serve.hy [PART…]`.

Server and clients share this machine's cores and talk over the loopback. The models have random
weights and 65 characters. The parts are `one` (one request beside the loop of `--generate`, in
turns), `many` (64 clients against one), `first` (until the first character, idle and beside greedy
clients) and `memory` (10,000 requests). Needs the extra `serve`.]]

(import
  asyncio
  contextlib [contextmanager]
  itertools [islice]
  json
  os
  pathlib [Path]
  re
  resource
  signal
  statistics [median]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  time
  bench.common [PYTHON ROOT print-header print-row processor results rounds]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.settings.models [Request]
  lstm-textgen.writing.writer [stream]
  tests.helpers [small-model])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  UNITS (.join "" (lfor i (range 65) (chr (+ 33 i))))
  ROUNDS (rounds 15)
  REQUESTS (round (/ (* 1000 ROUNDS) 15))
  CLIENTS 64
  ;; What others ask for, and whether they read the answer.
  LOADS {
    "63 streams" [(* [(dict :prompt "A" :max-tokens 20_000)] 63) True]
    "one request for 64 samples" [[(dict :prompt "A" :n 64 :max-tokens 20_000)] False]
    "five unread streams of 64 samples"
      [(* [(dict :prompt "A" :n 64 :max-tokens 20_000 :stream True)] 5) False]
    "one request with 64 long seeds" [[(dict :max-tokens 100 :prompt (lfor k (range 64)
      (* (get UNITS k) 15_000)))] False]})


;; * A server and its clients

(defn [contextmanager] server-of [layers]
  "Serve a model of these `layers` with random weights; give the server, a process."
  (with [folder (TemporaryDirectory)]
    (setv model (small-model :layers layers :embedding 65 :text UNITS :resume False))
    (save-checkpoint model (/ (Path folder) "model"))
    (setv server (subprocess.Popen
      [PYTHON "-m" "lstm_textgen" "--serve" "--port" "0" "--model" f"{folder}/model.h5"]
      :cwd ROOT :stderr subprocess.PIPE :text True))
    (setv server.port (int (get (re.search r":(\d+);" (.readline server.stderr)) 1)))
    (setv server.model (load-checkpoint f"{folder}/model.h5"))
    (try
      (yield server)
      (finally
        (.send-signal server signal.SIGTERM)
        (setv [_ said] (.communicate server :timeout 30))
        (assert (not said) said)))))


(defn seconds-of [server]
  "Return how much processor time a `server` has taken, in seconds."
  (setv fields (.split (.read-text (Path f"/proc/{server.pid}/stat"))))
  (/ (+ (int (get fields 13)) (int (get fields 14))) (os.sysconf "SC_CLK_TCK")))


(defclass Client []
  "A connection to a server that is kept from one request to the next."

  (defn __init__ [self server]
    (setv [self.port self.reader] [server.port None]))

  (defn :async send [self #** body]
    "Send a request for a completion."
    (when (is self.reader None)
      (setv [self.reader self.writer] (await (asyncio.open-connection "127.0.0.1" self.port))))
    (setv data (.encode (json.dumps body)))
    (.write self.writer (+ (.encode (+ "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {(len data)}\r\n\r\n"))
      data)))

  (defn :async text [self #** body]
    "Return the text of a completion."
    (await (.send self #** body))
    (setv head (await (.readuntil self.reader b"\r\n\r\n")))
    (setv length (int (get (re.search rb"(?i)content-length: (\d+)" head) 1)))
    (setv answer (json.loads (await (.readexactly self.reader length))))
    (get answer "choices" 0 "text"))

  (defn :async streamed [self #** body]
    "Return #(seconds text): the time until the first piece of a stream, and all of its text."
    (setv begun (time.perf-counter))
    (await (.send self :stream True #** body))
    (setv
      first None
      text "")
    (while True
      (setv line (await (.readline self.reader)))
      (when (in b"[DONE]" line) (break))
      (when (.startswith line b"data: ")
        (setv first (or first (- (time.perf-counter) begun)))
        (+= text (get (json.loads (cut line 6 None)) "choices" 0 "text"))))
    (await (.readuntil self.reader b"0\r\n\r\n"))
    #(first text))

  (defn close [self]
    "Hang up."
    (when self.reader (.abort self.writer.transport))))


;; * The parts

(defn :async one []
  "Measure one request of 2,000 characters beside the loop of `--generate`."
  (with [server (server-of "lstm:128")]
    (setv
      client (Client server)
      pieces (stream server.model "A" (Request {"rng_seed" 1}))
      times []
      spent (- (seconds-of server)))
    (for [round (range (+ ROUNDS 2))]
      (setv begun (time.perf-counter))
      (list (islice pieces 2000))
      (setv between (time.perf-counter))
      (await (.text client :prompt "A" :max-tokens 2000 :seed round))
      (.append times #((- between begun) (- (time.perf-counter) between))))
    (+= spent (seconds-of server))
    (setv
      begun (time.process-time)
      _ (list (islice pieces (* 2000 (len times))))
      own (- (time.process-time) begun)
      times (cut times 2 None))
    (print-row "one request, by CPU time" f"{(/ own spent) :.2f}×" "")
    (print-row "one request, 1×128, 2,000 characters"
      f"{(/ #* (gfor some (zip #* times) (median some))) :.2f}× of --generate's loop"
      f"{(/ 2000 (median (gfor [_ t] times t))) :,.0f} characters/s")))


(defn :async many []
  "Measure 64 clients with 500 characters each, against one client."
  (with [server (server-of "lstm:256")]
    (setv clients (lfor _ (range CLIENTS) (Client server)))
    (defn :async rate-of [some]
      (setv begun (time.perf-counter))
      (await (asyncio.gather #* (gfor [k client] (enumerate some)
        (.text client :prompt "A" :max-tokens 500 :seed k))))
      (/ (* 500 (len some)) (- (time.perf-counter) begun)))
    (await (rate-of clients))
    (setv
      rates {1 []  CLIENTS []}
      spent {1 0  CLIENTS 0})
    (for [_ (range ROUNDS)  n [1 1 1 CLIENTS]]
      (setv before (seconds-of server))
      (.append (get rates n) (await (rate-of (cut clients n))))
      (+= (get spent n) (- (seconds-of server) before)))
    (setv
      [alone all] (gfor n [1 CLIENTS] (median (get rates n)))
      [own others] (gfor n [1 CLIENTS] (/ (get spent n) n (len (get rates n)))))
    (print-row f"{CLIENTS} clients, 1×256, 500 characters each"
      f"{(/ all alone) :.1f}× of one client" f"{all :,.0f} characters/s")
    (print-row f"{CLIENTS} clients, by CPU time" f"{(/ own others) :.1f}×"
      f"{(/ 500 others) :,.0f} characters for a second of one core")
    (for [client clients] (.close client))))


(defn :async first []
  "Measure the time until the first character, idle and beside what others may ask for."
  (for [[name [bodies reads]] (.items LOADS)]
    (with [server (server-of "lstm:256")]
      (setv
        client (Client server)
        others (lfor body bodies (Client server)))
      (defn :async milliseconds []
        (setv times [])
        (for [_ (range (* 2 ROUNDS))]
          (.append times (get (await (.streamed client :prompt (* "AB" 10) :max-tokens 20)) 0))
          (await (asyncio.sleep 0.02)))
        [(* 1000 (median times)) (* 1000 (max times))])
      (await (milliseconds))
      (setv
        idle (await (milliseconds))
        work (lfor [other body] (zip others bodies)
          (asyncio.create-task ((if reads other.streamed other.send) #** body))))
      (await (asyncio.sleep 1))
      (for [[beside [usual most]] [[", idle" idle] [f" beside {name}" (await (milliseconds))]]]
        (print-row f"first character{beside}" f"{usual :.1f} ms" f"at most {most :.0f} ms"))
      (for [task work] (.cancel task))
      (for [each [client #* others]] (.close each))
      (await (asyncio.sleep 0.2)))))


(defn :async memory []
  "Compare the server's memory after 10,000 requests against 1,000."
  (with [server (server-of "lstm:128")]
    (setv clients (lfor _ (range 16) (Client server)))
    (defn :async ask [client n]
      (for [k (range n)]
        (await (.text client
          :prompt (* "AB" (+ 1 (% k 50))) :max-tokens (% k 60) :n (+ 1 (% k 3))))))
    (defn :async megabytes-after [n]
      (await (asyncio.gather #* (gfor client clients (ask client (// n (len clients))))))
      (setv status (.read-text (Path f"/proc/{server.pid}/status")))
      (/ (int (get (re.search r"VmRSS:\s+(\d+)" status) 1)) 1024))
    (setv
      early (await (megabytes-after REQUESTS))
      late (await (megabytes-after (* 9 REQUESTS))))
    (print-row f"memory after {(* 10 REQUESTS) :,} requests, against {REQUESTS :,}"
      f"{(- (* 100 (/ late early)) 100) :+.1f}%" f"{early :.1f} and {late :.1f} MB")
    (for [client clients] (.close client))))


(defn main [#* parts]
  "Measure the `parts` that are named, or all."
  (setv
    all {"one" one  "many" many  "first" first  "memory" memory}
    [_ most] (resource.getrlimit resource.RLIMIT-NOFILE))
  (resource.setrlimit resource.RLIMIT-NOFILE #(most most))
  (print f"{(processor)}, {ROUNDS} rounds\n")
  (print-header "" "measured" "also")
  (for [name (or parts all)]
    (asyncio.run ((get all name)))))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)]
    (main #* (cut sys.argv 1 None))))
