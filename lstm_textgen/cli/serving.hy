"The command line's server."

(import
  os
  lstm-textgen.cli.flags [models-of warn])


(defn serve-models [flags]
  "Serve the models that `flags` name until Ctrl-C; raise `ImportError` if a package is missing."
  (try
    (import lstm-textgen.server.run [KEY serve])
    (except [error ImportError]
      (raise (ImportError
        f"--serve needs {error.name}: pip install 'lstm_textgen[serve]'") :from error)))
  (serve (models-of flags)
    :host flags.host
    :port flags.port
    :key (or flags.api-key (.get os.environ KEY))
    :open? flags.open
    :say (fn [address] (warn f"serving at {address}; Ctrl-C stops it"))
    :warn warn))
