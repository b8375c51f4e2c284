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
    names (_names flags.models)
    page (if (= (len models) 1)
      (report-page (get names 0) (get models 0))
      (comparison-page (list (zip names models)))))
  (with [out (open-output path)]
    (.write out page))
  (warn (page-written path))
  0)


(defn _names [models]
  "Return what the page calls the `models`: their files' names, or the paths where these are one."
  (setv
    paths (lfor name models (str (model-path name)))
    names (lfor path paths (basename path)))
  (if (= (len (set names)) (len names)) names paths))
