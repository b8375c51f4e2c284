"Ctrl-C and similar signals: deferred during a run, and handled as before afterwards."

(import
  concurrent.futures [ThreadPoolExecutor]
  pickle
  signal
  pytest
  lstm-textgen.basics.interrupts [Interrupted SIGNALS catching-signals]
  tests.helpers [program run-python succeeded])

(setv pytestmark pytest.mark.quick)


(defn test-after-a-run-signals-are-handled-as-before []
  (setv before (lfor number SIGNALS (signal.getsignal number)))
  (with [_ (catching-signals)])
  (assert (= (lfor number SIGNALS (signal.getsignal number)) before))
  (with [_ (pytest.raises KeyboardInterrupt)]
    (signal.raise-signal signal.SIGINT)))


(defn test-a-run-in-another-thread-leaves-signals-alone []
  (defn seen [] (with [_ (catching-signals)] (signal.getsignal signal.SIGINT)))
  (with [pool (ThreadPoolExecutor)]
    (assert (= (.result (.submit pool seen)) (signal.getsignal signal.SIGINT)))))


(defn test-a-signal-that-is-ignored-stays-ignored []
  (setv before (signal.signal signal.SIGHUP signal.SIG-IGN))
  (try
    (with [stopper (catching-signals)]
      (signal.raise-signal signal.SIGHUP)
      (assert (is stopper.number None)))
    (assert (= (signal.getsignal signal.SIGHUP) signal.SIG-IGN))
    (finally
      (signal.signal signal.SIGHUP before))))


(defn test-an-interruption-names-its-signal-and-can-be-pickled []
  (setv error (Interrupted signal.SIGHUP))
  (for [each [error (pickle.loads (pickle.dumps error))]]
    (assert (= [(str each) each.number] ["SIGHUP" signal.SIGHUP]))))


(setv IMPATIENT "
import lstm_textgen, signal, time
from lstm_textgen.basics import interrupts
farewell = lambda _, unsaved: print('bye', unsaved)
with interrupts.catching_signals() as noted, interrupts.watching(farewell):
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    time.sleep(3)
    print(noted.number, flush=True)
    signal.raise_signal(signal.SIGINT)
    time.sleep(60)")


(defn test-a-second-signal-ends-the-process-at-once-unless-a-key-bounced [tmp-path]
  (setv result (run-python "-u" "-c" IMPATIENT :cwd tmp-path))
  (assert (= [result.returncode result.stdout] [130 "2\nbye True\n"])))


(setv INTERRUPTED "
import signal
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    raise ImportError('as NumPy makes of it')")


(defn test-ctrl-c-while-the-program-loads-ends-it-without-a-word [tmp-path]
  (.write-text (/ tmp-path "numpy.py") INTERRUPTED)
  (setv result (program "--generate" "a" :folder tmp-path :cold True))
  (assert (= [result.returncode result.stdout result.stderr] [130 "" ""])))


(defn test-ctrl-c-while-hy-loads-ends-the-program-but-reaches-who-imports-us [tmp-path]
  (.write-text (/ tmp-path "hy.py") "import signal\nsignal.raise_signal(signal.SIGINT)")
  (setv result (program :folder tmp-path :cold True))
  (assert (= [result.returncode result.stdout result.stderr] [130 "" ""]))
  (setv result (run-python "-c" "
try:
    import lstm_textgen
except KeyboardInterrupt:
    print('caught')" :cwd tmp-path :cold True))
  (assert (= (succeeded result) "caught\n")))


(defn test-ctrl-c-while-libraries-end-shows-nothing [tmp-path]
  (setv result (run-python "-c" "
import atexit, signal
import hy
from lstm_textgen.__main__ import main
atexit.register(signal.raise_signal, signal.SIGINT)
main()" "--version" :cwd tmp-path :cold True))
  (assert (= [result.returncode result.stderr] [(- signal.SIGINT) ""])))
