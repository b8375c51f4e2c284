"A forked process acts like a new one: tests that start processes rely on it."

(import
  os
  signal
  time
  pytest
  tests.helpers [run-python start-python])

(setv SHOW-ALL "
import os, sys
print(sys.argv, os.getcwd(), os.environ['WORD'], sys.stdin.read(), sys.orig_argv[1:])
print('wrong', file=sys.stderr)
sys.exit(7)")


(defn ran [code #* arguments #** options]
  "Return the status and the output of Python that runs `code`, in a fork and in a new process."
  (lfor
    cold [False True]
    :setv done (run-python "-c" code #* arguments :cold cold #** options)
    [done.returncode done.stdout done.stderr]))


(defn test-a-fork-has-the-arguments-folder-environment-and-streams-of-a-process [tmp-path]
  (setv [fork new] (ran SHOW-ALL "a" "b c"
    :cwd tmp-path
    :environment {"WORD" "heylo"}
    :input "in"))
  (assert (= fork new))
  (assert (= (get fork 0) 7)))


(defn [(pytest.mark.parametrize "code" [
    "import sys; sys.exit('no')"
    "import os; os.kill(os.getpid(), 9)"
    "raise KeyboardInterrupt"
    "import atexit; atexit.register(print, 'last'); print('first')"
    "import sys; print(sys.stdout.encoding, sys.stdout.errors, sys.stdout.line_buffering)"])]
    test-a-fork-ends-as-a-process-does [code]
  (setv [fork new] (ran code))
  (assert (= (cut fork 2) (cut new 2)))
  (assert (= (bool (get fork 2)) (bool (get new 2)))))


(defn started []
  "Return a process that sleeps until it is stopped, and the number of its fork."
  (setv process (start-python "-u" "-c" "
import os, time
try:
    print(os.getpid())
    time.sleep(60)
except KeyboardInterrupt:
    print('stopped')"))
  #(process (int (.readline process.stdout))))


(defn test-signals-reach-a-fork []
  (setv [process number] (started))
  (.send-signal process signal.SIGINT)
  (assert (= (.communicate process :timeout 30) #("stopped\n" "")))
  (assert (= process.returncode 0)))


(defn test-a-fork-is-killed-with-its-client []
  (setv [process number] (started))
  (.kill process)
  (assert (= (.communicate process :timeout 30) #("" "")))  ; it no longer holds the pipes
  (with [_ (pytest.raises ProcessLookupError)]
    (for [_ (range 500)]
      (os.kill number 0)
      (time.sleep 0.01))))
