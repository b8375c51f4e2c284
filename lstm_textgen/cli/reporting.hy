"The report on a model, or on several, from the command line."

(import
  os.path [basename]
  lstm-textgen.cli.flags [warn]
  lstm-textgen.cli.streams [page-written]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.outputs [check-output open-output]
  lstm-textgen.modelfile.places [model-path]
  lstm-textgen.pages.comparison [comparison-page]
  lstm-textgen.pages.report [report-page])


(defn report [flags]
  "Write the page about the models that `flags` name; return the exit status."
  (setv path (.value flags "report"))
  (check-output "report" path [] flags.models (.value flags "overwrite"))
  (setv
    models (lfor name flags.models (load-checkpoint name :warn warn))
    paths (lfor name flags.models (str (model-path name)))
    names (list (map basename paths)))
  (when (< (len (set names)) (len names)) (setv names paths))
  (with [out (open-output path)]
    (.write out (if (= (len models) 1)
      (report-page #* names #* models)
      (comparison-page (list (zip names models))))))
  (warn (page-written path))
  0)
