"The command line's server."

(import
  lstm-textgen.cli.flags [models-of warn])


(defn serve-models [flags]
  "Serve the models that `flags` name until Ctrl-C; raise `ImportError` if a package is missing."
  (try
    (import lstm-textgen.server.run [serve])
    (except [error ImportError]
      (raise (ImportError
        f"--serve needs {error.name}: pip install 'lstm_textgen[serve]'") :from error)))
  (defn say [address] (warn f"serving at {address}; Ctrl-C stops it"))
  (serve (models-of flags) flags say warn))
