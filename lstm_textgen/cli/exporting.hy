"Models for other programs, from the command line."

(import
  lstm-textgen.cli.flags [as-flags warn]
  lstm-textgen.cli.streams [size-in-words]
  lstm-textgen.export [check-export export-model]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.report [make-report])


(defn export-trained [flags]
  "Write the model that `flags` name for other programs; return the exit status."
  (setv
    path (.value flags "export")
    [model] flags.models
    report (make-report (.value flags "quiet") as-flags))
  (check-export path "export" flags.models (.value flags "overwrite"))
  (.doing report f"writing {path}")
  (for [written (export-model (load-checkpoint model :warn warn) path)]
    (.say report f"{written}: {(size-in-words written)}"))
  0)
