"Models for other programs, from the command line."

(import
  pathlib [Path]
  lstm-textgen.checkpoint [load-checkpoint]
  lstm-textgen.cli.flags [as-flags]
  lstm-textgen.cli.streams [complain]
  lstm-textgen.export [check-export export-model]
  lstm-textgen.machine [MB]
  lstm-textgen.report.choice [make-report]
  lstm-textgen.terminal [visible])


(defn export-trained [flags]
  "Write the model that `flags` name for other programs; return the exit status."
  (setv
    path (.value flags "export")
    [model] flags.models
    report (make-report (.value flags "quiet") as-flags))
  (check-export path "export" flags.models (.value flags "overwrite"))
  (.doing report f"writing {path}")
  (for [written (export-model (load-checkpoint model :warn _warn) path)]
    (.say report f"{written}: {(_size (Path written))}"))
  0)


(defn _warn [message]
  (complain (visible (as-flags message))))


(defn _size [path]
  "Return in words how large the file, or all files in the folder, at `path` are."
  (setv size (sum (gfor
    file (if (.is-dir path) (.rglob path "*") [path])
    :if (.is-file file)
    (. (.stat file) st-size))))
  (if (< size MB) f"{(/ size 1024) :.1f} KB" f"{(/ size MB) :.1f} MB"))
