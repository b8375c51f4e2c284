"A forked process acts like a new one: tests that start processes rely on it."

(import
  os
  signal
  time
  pytest
  tests.helpers [run-python start-python])

(setv
  SHOW-ALL "
import os, sys
print(sys.argv, os.getcwd(), os.environ['WORD'], sys.stdin.read(), sys.orig_argv[1:])
print('wrong', file=sys.stderr)
sys.exit(7)"
  SLEEP "
import os, time
try:
    print(os.getpid())
    for _ in range(600):
        time.sleep(0.1)  # a signal just before a sleep doesn't end it
except KeyboardInterrupt:
    print('stopped')")


(defn [(pytest.mark.parametrize "code" [
    SHOW-ALL
    "import sys; sys.exit('no')"
    "import os; os.kill(os.getpid(), 9)"
    "raise KeyboardInterrupt"
    "import atexit; atexit.register(print, 'last'); print('first')"
    "import sys; print(sys.stdout.encoding, sys.stdout.errors, sys.stdout.line_buffering)"])]
    test-a-fork-has-all-that-a-process-has-and-ends-as-one [tmp-path code]
  (setv [fork new] (lfor
    cold [False True]
    (run-python "-c" code "a" "b c"
      :cold cold :cwd tmp-path :environment {"WORD" "heylo"} :input "in")))
  (assert (= [fork.returncode fork.stdout] [new.returncode new.stdout]))
  (assert (= (bool fork.stderr) (bool new.stderr)))
  (assert (= (= fork.returncode 7) (= code SHOW-ALL))))


(defn [(pytest.mark.parametrize #("number" "shown") [
    #(signal.SIGINT #("stopped\n" "")) #(signal.SIGKILL #("" ""))])]
    test-signals-to-its-client-reach-a-fork [number shown]
  (setv
    process (start-python "-u" "-c" SLEEP)
    fork (int (.readline process.stdout)))
  (.send-signal process number)
  (assert (= (.communicate process :timeout 30) shown))  ; nobody holds the pipes any more
  (assert (= process.returncode (if (= number signal.SIGKILL) -9 0)))
  (with [_ (pytest.raises ProcessLookupError)]
    (for [_ (range 500)]
      (os.kill fork 0)
      (time.sleep 0.01))))
