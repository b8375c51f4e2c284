"A text gets the same ids and vocabulary in any pieces and any storage."

(import
  os
  re
  hypothesis [given strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.learning.batches [Batches]
  lstm-textgen.prep [default-prep lower]
  lstm-textgen.settings.models [new-settings]
  lstm-textgen.text.corpus :as corpus
  lstm-textgen.text.corpus [cut-at-space ids-of seed-within stored-text]
  lstm-textgen.text.vocabulary [build-vocabulary]
  tests.helpers [TEXT counting in-pieces train-tiny untimed])

(setv
  ;; What joins, reorders or changes by what stands beside it: line ends, accents, jamos, Greek's
  ;; last sigma.
  texts (st.text "aΣé\u0301\u0323ᄀ\u1161\ufeff'- \t\n\r漢😀" :max-size 60)
  units (st.sampled-from ["characters" "pieces" "words"])
  needs-smaps (pytest.mark.skipif (not (os.path.exists "/proc/self/smaps"))
    :reason "only Linux says how much of a mapped file is in memory"))


(defn [pytest.fixture] small-steps [monkeypatch tmp-path]
  "Take small steps in this test; return the cache folder."
  (take-small-steps monkeypatch tmp-path))


(defn take-small-steps [monkeypatch folder]
  #[[Cut a text after every few characters, store it on disk beyond a few bytes.

  Return the cache folder, in `folder`.]]
  (.setattr monkeypatch corpus "PIECE" 5)
  (.setattr monkeypatch corpus "STORED" 8)
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str (/ folder "cache")))
  (/ folder "cache"))


(defn prepare [text]
  "Return `text` as it is prepared for a model of lower case."
  (lower (default-prep text)))


(defn prepared-ids [text size unit]
  "Return the ids and the vocabulary of `text`, which comes in pieces of `size` characters."
  (with [text (stored-text
      (gfor piece (cut-at-space (in-pieces text size)) (prepare piece)))]
    (build-vocabulary text)  ; as a run does to choose the unit
    (setv vocabulary (build-vocabulary text unit))
    #((ids-of text vocabulary) vocabulary)))


;; * Pieces

(defn test-any-pieces-come-to-what-the-whole-text-does [small-steps]
  (defn [(given texts (st.integers 1 20) units)] check [text size unit]
    (setv whole (prepare text))
    (when whole
      (setv
        [ids vocabulary] (prepared-ids text size unit)
        expected (build-vocabulary whole unit))
      (assert (= vocabulary.units expected.units))
      (assert (= ids.dtype (. (.encode expected whole) dtype)))
      (assert (np.array-equal ids (.encode expected whole)))))
  (check)
  None)


(defn [(given texts (st.integers 1 20))] test-cutting-loses-nothing [text size]
  (assert (= (.join "" (cut-at-space (in-pieces text size))) text)))


(defn test-a-text-is-cut-at-line-ends-and-spaces-only [small-steps]
  (assert (= (list (cut-at-space ["one two\r" "\nthree\nfour  five"]))
    ["one" " two" "\r\nthree" "\nfour  five"]))
  (assert (= (list (cut-at-space (in-pieces (* "漢" 100) 3))) [(* "漢" 100)])))


;; * Memory and files

(defn test-a-short-text-stays-in-memory [monkeypatch tmp-path]
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str (/ tmp-path "cache")))
  (setv [ids _] (prepared-ids TEXT 100 "characters"))
  (assert (= (len ids) (len TEXT)))
  (assert (not ids.flags.writeable))
  (assert (not (.exists (/ tmp-path "cache")))))


(defn [pytest.fixture] long-text [monkeypatch tmp-path]
  "Store a text of 4 MB on disk; its ids and vocabulary."
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str tmp-path))
  (.setattr monkeypatch corpus "STORED" (* 1024 1024))
  (prepared-ids (* TEXT 700) 100_000 "characters"))


(defn mapped-bytes [folder]
  "Return how many bytes of files in `folder` this process has mapped, and how many are resident."
  (setv sizes [0 0])
  (with [maps (open "/proc/self/smaps")]
    (for [[header lines] (re.findall r"(?m)^([0-9a-f]+-.*)\n((?:[A-Z].*\n)+)" (.read maps))]
      (when (in (str folder) header)
        (for [[n name] (enumerate ["Size" "Rss"])]
          (setv size (re.search rf"(?m)^{name}: +(\d+)" lines))
          (+= (get sizes n) (* 1024 (int (.group size 1))))))))
  sizes)


(defn test-a-long-text-is-a-file-without-a-name [long-text tmp-path]
  (setv [ids vocabulary] long-text)
  (assert (= (os.listdir tmp-path) []))
  (assert (not ids.flags.writeable))
  (assert (= (int (.sum ids)) (* 700 (int (.sum (.encode vocabulary TEXT)))))))


(defn [needs-smaps] test-of-a-long-text-nothing-is-left [monkeypatch tmp-path]
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str tmp-path))
  (.setattr monkeypatch corpus "STORED" (* 1024 1024))
  (setv [ids vocabulary] (prepared-ids (* TEXT 700) 100_000 "characters"))
  (.sum ids)
  (setv [size resident] (mapped-bytes tmp-path))
  (assert (>= size (len ids)))
  (assert (> resident (* 0.9 size)))
  (del ids)
  (assert (= (mapped-bytes tmp-path) [0 0])))


(defn test-a-cache-folder-that-can-not-be-made-is-named [small-steps]
  (.write-text small-steps "a file where the folder should be")
  (with [_ (pytest.raises OSError :match "can't store the text .*LSTM_TEXTGEN_CACHE")]
    (prepared-ids TEXT 100 "characters"))
  None)


;; * What is trained on

(defn test-windows-of-a-text-come-in-the-order-that-they-always-did []
  (setv
    settings (new-settings {"lookback" 10  "stride" 3  "batch_size" 7  "rng_seed" 5})
    batches (Batches (np.arange 1003 :dtype "uint16") settings)
    order (.permutation (np.random.default-rng [5 2]) batches.count)
    starts (np.concatenate (lfor [x _] (.epoch batches 2) (get x #((slice None) 0)))))
  (assert (np.array-equal starts (* 3 (cut order (len starts))))))


(defn new-folder [folder name]
  "Make the folder `name` in `folder`."
  (.mkdir (/ folder name))
  (/ folder name))


(defn weights-of [model]
  "Return the bits of the weights of `model`."
  (lfor weight model.checkpoint.weights (.tobytes weight)))


(defn [counting] test-training-from-a-file-ends-with-the-same-bits [tmp-path]
  (with [monkeypatch (pytest.MonkeyPatch.context)]
    (setv
      cache (take-small-steps monkeypatch tmp-path)
      from-file (train-tiny tmp-path :epochs 1 :lower True)
      grown (train-tiny tmp-path (+ TEXT "Ü") :epochs 2)))
  (assert (= (os.listdir cache) []))
  (setv from-memory (train-tiny (new-folder tmp-path "other") :epochs 1 :lower True))
  (assert (= (weights-of from-file) (weights-of from-memory)))
  (assert (= (untimed from-file.history) (untimed from-memory.history)))
  (assert (= grown.vocabulary.units (+ from-memory.vocabulary.units ["ü"]))))


(defn [(pytest.mark.parametrize #("text" "seed") [
    #("TITLE\n\n1 May. It\nbegan with rain.\n\nMrs Quill has given me this.\n" "Mrs Quill has")
    #("a line\n  it goes on and on\n" "it goes on")
    #("all on one line. Don't look back. Nobody did look, www.a.b c d" "Nobody did look")
    #("\n\nred\x07 green and blue\n\nEve\nAnna\nBo\n" "")
    #(f"\n{(* "一二三四五六" 9)}\n" "一二三四")])]
    test-a-seed-begins-like-a-paragraph-a-line-or-a-sentence [text seed]
  (setv vocabulary (build-vocabulary text))
  (assert (= (seed-within (.encode vocabulary text) vocabulary) seed)))


(defn test-a-seed-is-from-the-middle []
  (setv
    text (+ (* "\nthe first half is boring" 100) (* "\nthen it goes on" 400))
    vocabulary (build-vocabulary text))
  (assert (= (seed-within (.encode vocabulary text) vocabulary) "then it goes")))
