"The program's entry point: `python -m lstm_textgen`, the command lstm-textgen, train.hy."

;; basics/forms.hy explains the less common Hy in this program.
(import
  signal
  sys
  lstm_textgen.basics.interrupts [loading])


(defn main []
  "Run the program with the arguments of the command line; return the exit status."
  (with [_ (loading)]
    (import lstm_textgen.cli :as cli))
  (try
    (cli.main)
    (finally
      ;; While libraries end, Ctrl-C shows no traceback. A shell's `&` ignores it: so it stays.
      (when (is (signal.getsignal signal.SIGINT) signal.default-int-handler)
        (signal.signal signal.SIGINT signal.SIG-DFL)))))


(when (= __name__ "__main__")
  (sys.exit (main)))
