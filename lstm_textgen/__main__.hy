"Where the program starts: as `python -m lstm_textgen`, as the command lstm-textgen, as train.hy."

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
