"The server's metrics, in Prometheus' format."

(import
  functools [partial]
  prometheus-client [CollectorRegistry Counter Gauge Histogram generate-latest]
  prometheus-client.exposition [CONTENT-TYPE-LATEST])

(setv
  SECONDS [0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2 5 10 30 60]
  TEXTS [1 2 4 8 16 32 64])


(defclass Metrics []
  "The metrics of one server; `paths` are those counted by name."

  (defn __init__ [self paths]
    (setv
      registry (CollectorRegistry)
      self._registry registry
      self._paths (set paths)
      self._requests (Counter "lstm_textgen_requests" "Requests answered" ["path" "status"]
        :registry registry)
      self._units (Counter "lstm_textgen_units" "Units of text generated" ["model"]
        :registry registry)
      self._seconds (Histogram "lstm_textgen_request_seconds" "Seconds until a text was complete"
        ["path"] :buckets SECONDS :registry registry)
      self._batch (Histogram "lstm_textgen_batch_texts" "Texts in one step of a batch"
        ["model"] :buckets TEXTS :registry registry)
      self._waiting (Gauge "lstm_textgen_queue_texts" "Texts waiting in the queue" ["model"]
        :registry registry)
      self._running (Gauge "lstm_textgen_running_texts" "Texts being generated" ["model"]
        :registry registry)))

  (defn watch [self models]
    "Report from now on the waiting and running texts of `models`, a list of `Served`."
    (for [each models]
      (.set-function (.labels self._waiting each.name) (partial _number each "waiting"))
      (.set-function (.labels self._running each.name) (partial _number each "running"))))

  (defn count [self path status]
    "Count a request to `path` answered with `status`."
    (.inc (.labels self._requests (if (in path self._paths) path "other") (str status))))

  (defn observe [self path seconds]
    "Note that a text for `path` took `seconds`."
    (.observe (.labels self._seconds path) seconds))

  (defn rounds-of [self name]
    "Return a function that records a round of steps of the model called `name`."
    (setv [units batch] [(.labels self._units name) (.labels self._batch name)])
    (fn [texts steps seconds]
      (.inc units (* texts steps))
      (.observe batch texts)))

  (defn page [self]
    "Return #(bytes type): all metrics and their media type."
    #((generate-latest self._registry) CONTENT-TYPE-LATEST)))


(defn _number [served state]
  "Return how many texts of a `Served` model are in a `state`, an attribute of its loop."
  (len (getattr served.loop state)))
