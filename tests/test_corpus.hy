"A text comes to the same ids and vocabulary, whatever pieces it comes in and wherever it is kept."

(import
  itertools [islice]
  os
  re
  hypothesis [given strategies :as st]
  numpy :as np
  pytest
  tests.helpers [TEXT train-tiny write-text]
  lstm_textgen.batches [Windows fingerprint split-ids training-batches]
  lstm_textgen.corpus :as corpus
  lstm_textgen.corpus [cut-at-space text-ids]
  lstm_textgen.prep [default-prep lower]
  lstm_textgen.sources [read-pieces read-sources]
  lstm_textgen.vocabulary [Vocabulary])

(setv
  ;; What joins, reorders or changes by what stands beside it: line ends, accents, jamos, Greek's last sigma.
  texts (st.text "aΣé\u0301\u0323ᄀ\u1161\ufeff'- \t\n\r漢😀" :max-size 60)
  units (st.sampled-from ["characters" "words"]))


(defn [pytest.fixture] small-steps [monkeypatch tmp-path]
  "Cut a text after every few characters, and lay it by on disk beyond a few bytes; the cache folder."
  (monkeypatch.setattr corpus "PIECE" 5)
  (monkeypatch.setattr corpus "LIMIT" 8)
  (monkeypatch.setenv "LSTM_TEXTGEN_CACHE" (str (/ tmp-path "cache")))
  (/ tmp-path "cache"))


(defn pieces-of [text size]
  (lfor  start (range 0 (len text) size)  (cut text start (+ start size))))


(defn prepare [text]
  (lower (default-prep text)))


(defn prepared-ids [text size unit]
  "The ids and the vocabulary of `text`, which comes in pieces of `size` characters."
  (text-ids
    (gfor  piece (cut-at-space (pieces-of text size))  (prepare piece))
    (fn [pieces] (Vocabulary.build pieces unit))))


(defn test-any-pieces-come-to-what-the-whole-text-does [small-steps]
  (defn [(given texts (st.integers 1 20) units)] check [text size unit]
    (setv whole (prepare text))
    (when whole
      (setv
        [ids vocabulary] (prepared-ids text size unit)
        expected (Vocabulary.build whole unit))
      (assert (= vocabulary.units expected.units))
      (assert (= ids.dtype (. (.encode expected whole) dtype)))
      (assert (np.array-equal ids (.encode expected whole)))))
  (check)
  None)


(defn [(given texts (st.integers 1 20))] test-cutting-loses-nothing [text size]
  (assert (= (.join "" (cut-at-space (pieces-of text size))) text)))


(defn test-a-text-is-cut-at-line-ends-and-spaces-only [small-steps]
  (assert (= (list (cut-at-space ["one two\r" "\nthree\nfour  five"]))
    ["one" " two" "\r\nthree" "\nfour  five"]))
  (assert (= (list (cut-at-space (pieces-of (* "漢" 100) 3))) [(* "漢" 100)])))


(defn test-a-short-text-stays-in-memory [monkeypatch tmp-path]
  (monkeypatch.setenv "LSTM_TEXTGEN_CACHE" (str (/ tmp-path "cache")))
  (setv [ids _] (prepared-ids TEXT 100 "characters"))
  (assert (= (len ids) (len TEXT)))
  (assert (not (.exists (/ tmp-path "cache")))))


(defn mapped-bytes [folder]
  "How many bytes of files in `folder` this process has mapped, and how many of these are resident."
  (setv sizes [0 0])
  (with [maps (open "/proc/self/smaps")]
    (for [[header #* lines] (re.findall r"(?m)^([0-9a-f]+-.*)\n((?:[A-Z].*\n)+)" (.read maps))]
      (when (in (str folder) header)
        (for [[n name] (enumerate ["Size" "Rss"])]
          (+= (get sizes n) (* 1024 (int (get (re.search rf"^{name}: +(\d+)" (get lines 0) re.MULTILINE) 1))))))))
  sizes)


(defn test-a-long-text-is-a-file-that-leaves-nothing-behind [monkeypatch tmp-path]
  (monkeypatch.setenv "LSTM_TEXTGEN_CACHE" (str tmp-path))
  (monkeypatch.setattr corpus "LIMIT" (* 1024 1024))
  (setv
    text (* TEXT 700)  ; 4 MB
    [ids vocabulary] (prepared-ids text 100_000 "characters"))
  (assert (= (os.listdir tmp-path) []))
  (assert (not ids.flags.writeable))
  (assert (= (int (.sum ids)) (* 700 (int (.sum (.encode vocabulary TEXT))))))
  (setv [size resident] (mapped-bytes tmp-path))
  (assert (>= size (len text)))
  (assert (> resident (* 0.9 size)))
  ;; To take the fingerprint, or to read on in streams or windows, leaves next to nothing of what was read.
  (setv [kept held] (split-ids ids 0.1 16))
  (fingerprint kept)
  (assert (= (get (mapped-bytes tmp-path) 1) 0))
  (for [stride [16 8]]
    (int (.sum ids))
    (list (islice (.epoch (training-batches kept 1 16 stride 1) 0) 3))
    (assert (< (get (mapped-bytes tmp-path) 1) (* 0.5 size))))
  (del ids kept held)
  (assert (= (mapped-bytes tmp-path) [0 0])))


(defn test-a-folder-that-can-not-be-made [small-steps]
  (.write-text small-steps "a file where the folder should be")
  (with [_ (pytest.raises OSError :match "LSTM_TEXTGEN_CACHE")]
    (prepared-ids TEXT 100 "characters"))
  None)


(defn test-sources-come-in-pieces [tmp-path]
  (setv text (* TEXT 400))
  (for [name ["a" "b"]]
    (write-text tmp-path (+ "\ufeff" text "end") name))
  (setv pieces (list (read-pieces [(/ tmp-path "a") (/ tmp-path "b")])))
  (assert (< (max (map len pieces)) (/ (len text) 2)))
  (assert (= (.join "" pieces) (read-sources [(/ tmp-path "a") (/ tmp-path "b")]) (+ text "end\n" text "end")))
  (assert (= (.join "" (read-pieces [tmp-path])) (.join "" pieces))))


(defn test-windows-of-a-text-come-in-the-order-that-they-always-did []
  (setv
    batches (Windows (np.arange 1003 :dtype "uint16") 7 10 3 5)
    order (.permutation (np.random.default-rng [5 2]) batches.count)
    starts (np.concatenate (lfor  [x _] (.epoch batches 2)  (get x #((slice None) 0)))))
  (assert (np.array-equal starts (* 3 (cut order (len starts))))))


(defn weights-of [model]
  (lfor  weight model.checkpoint.weights  (.tobytes weight)))


(defn test-training-from-a-file-ends-with-the-same-bits-and-goes-on [tmp-path small-steps monkeypatch]
  (setv
    from-file (train-tiny tmp-path :epochs 1 :lower True)
    grown (train-tiny tmp-path (+ TEXT "Ü") :epochs 2))
  (assert (= (os.listdir small-steps) []))
  (monkeypatch.undo)
  (setv from-memory (train-tiny (new-folder tmp-path "other") :epochs 1 :lower True))
  (assert (= (weights-of from-file) (weights-of from-memory)))
  (assert (= (get from-file.history 0) (get from-memory.history 0)))
  (assert (= grown.vocabulary.units (+ from-memory.vocabulary.units ["ü"]))))


(defn new-folder [folder name]
  (.mkdir (/ folder name))
  (/ folder name))
