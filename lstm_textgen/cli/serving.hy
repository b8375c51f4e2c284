"The command line's server."

(import
  os
  lstm-textgen.cli.flags [warn])


(defn serve-models [flags]
  "Serve the models that `flags` name until Ctrl-C; raise `ImportError` if a package is missing."
  (try
    (import lstm-textgen.server.run [KEY serve])
    (except [error ImportError]
      (raise (ImportError
        f"--serve needs {error.name}: pip install 'lstm_textgen[serve]'") :from error)))
  (serve flags.models
    :host (.value flags "host")
    :port (.value flags "port")
    :key (or (.value flags "api_key") (.get os.environ KEY))
    :open? (.value flags "open")
    :say (fn [address] (warn f"serving at {address}; Ctrl-C stops it"))
    :warn warn))
