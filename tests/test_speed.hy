"How fast a machine trains is measured once, and remembered."

(import
  json
  os
  pytest
  lstm-textgen.learning.learner.speed :as speed
  lstm-textgen.learning.learner.speed [machine-speed]
  lstm-textgen.report.plain [Quiet]
  lstm-textgen.settings.sizing [MEASURED-SPEED])


(defclass Said [Quiet]
  (defn __init__ [self]
    (.__init__ (super))
    (setv self.lines []))
  (defn doing [self line]
    (.append self.lines line)))


(defn [pytest.fixture] folder [tmp-path monkeypatch]
  "Return the cache folder, an empty one, of a machine that is idle."
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str tmp-path))
  (.setattr monkeypatch os "getloadavg" (fn [] #(0.3 3.0 3.0)) :raising False)
  tmp-path)


(defn pretend [monkeypatch units]
  "Let the steps that are measured read so many `units` a second."
  (.setattr monkeypatch speed "units_a_second" (fn [] units)))


(defn test-it-is-measured-once-and-said [folder monkeypatch]
  (setv report (Said))
  (pretend monkeypatch (* 2 MEASURED-SPEED))
  (assert (= (machine-speed report) 2))
  (pretend monkeypatch 1)
  (assert (= (machine-speed report) 2))
  (assert (= report.lines ["measuring how fast this machine trains"])))


(defn test-what-was-measured-beside-other-work-is-not-kept [folder monkeypatch]
  (.setattr monkeypatch os "getloadavg" (fn [] #((speed.cores) 0.0 0.0)) :raising False)
  (for [times [2 3]]
    (pretend monkeypatch (* times MEASURED-SPEED))
    (assert (= (machine-speed (Quiet)) times))))


(defn test-without-a-load-to-look-at-it-is-kept [folder monkeypatch]
  (.delattr monkeypatch os "getloadavg")
  (for [times [2 3]]
    (pretend monkeypatch (* times MEASURED-SPEED))
    (assert (= (machine-speed (Quiet)) 2))))


(defn test-another-number-of-cores-is-another-machine [folder monkeypatch]
  (pretend monkeypatch MEASURED-SPEED)
  (machine-speed (Quiet))
  (.setattr monkeypatch speed "cores" (fn [] 64))
  (pretend monkeypatch (* 3 MEASURED-SPEED))
  (assert (= (machine-speed (Quiet)) 3))
  (assert (= (len (json.loads (.read-text (/ folder "speed.json")))) 2)))


(defn [(pytest.mark.parametrize "content" ["{" "[1]" "{\"a\": \"b\"}" "{\"a\": 0}" "null"])]
    test-a-damaged-file-is-measured-anew [folder monkeypatch content]
  (.write-text (/ folder "speed.json") content)
  (pretend monkeypatch (* 2 MEASURED-SPEED))
  (assert (= (machine-speed (Quiet)) 2))
  (assert (= (list (.values (json.loads (.read-text (/ folder "speed.json"))))) [2])))


(defn test-a-cache-that-can-not-be-written-is-no-obstacle [folder monkeypatch]
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str (/ folder "file")))
  (.write-text (/ folder "file") "")
  (pretend monkeypatch MEASURED-SPEED)
  (assert (= (machine-speed (Quiet)) 1)))


(defn test-a-few-real-steps-are-measured [folder]
  (assert (> (machine-speed (Quiet)) 0.001)))
