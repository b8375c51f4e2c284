"The program's entry point: `python -m lstm_textgen`, the command lstm-textgen, train.hy."

(import
  sys
  lstm_textgen.basics.interrupts [Loading])


(defn main []
  "Run the program with the arguments of the command line; return the exit status."
  (with [_ (Loading)]
    (import lstm_textgen.cli :as cli))
  (cli.main))


(when (= __name__ "__main__")
  (sys.exit (main)))
