"A text gets the same ids and vocabulary in any pieces and any storage."

(import
  functools [partial]
  os
  textwrap
  hypothesis [given strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.prep [default-prep]
  lstm-textgen.text.corpus :as corpus
  lstm-textgen.text.corpus [Text cut-at-space ids-of prepared-chunks]
  lstm-textgen.text.looks [seed-within]
  lstm-textgen.text.vocabulary [build-vocabulary]
  tests.helpers [TEXT VERSE counting in-pieces same-run? train-tiny])

(setv
  ;; What joins, reorders or changes by what stands beside it: line ends, accents, jamos, Greek's
  ;; last sigma.
  texts (st.text "aΣé\u0301\u0323ᄀ\u1161\ufeff'- \t\n\r漢😀" :max-size 60)
  units (st.sampled-from ["characters" "pieces" "words"]))


(defn take-small-steps [monkeypatch tmp-path]
  "Cut texts after a few characters, store them beyond a few bytes; return the cache folder."
  (.setattr monkeypatch corpus "PREPARED" 5)
  (.setattr monkeypatch corpus "STORED" 8)
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str (/ tmp-path "cache")))
  (/ tmp-path "cache"))


(setv small-steps (pytest.fixture take-small-steps))


(defn prepare [text]
  "Return `text` as it is prepared for a model of lower case."
  (.lower (default-prep text)))


(defn prepared-ids [text size unit]
  "Return the ids and the vocabulary of `text`, which comes in pieces of `size` characters."
  (with [whole (Text)]
    (for [piece (cut-at-space (in-pieces text size))] (.add whole (prepare piece)))
    (build-vocabulary whole)  ; as a run does to choose the unit
    (setv vocabulary (build-vocabulary whole unit))
    #((ids-of whole vocabulary) vocabulary)))


(defn stored [pieces]
  (setv text (Text))
  (for [piece pieces] (.add text piece))
  text)


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


(defn test-wrapping-is-undone-however-the-text-comes [small-steps]
  (setv word (st.text "ab" :min-size 1 :max-size 12))  ; a longer one ends its line
  (defn [(given (st.lists (st.lists word) :min-size 1) (st.integers 1 20))] check [paragraphs size]
    (setv
      paragraphs (lfor words paragraphs (.join " " ["Well," #* words "so--"]))
      fill (partial textwrap.fill :width 12 :break-long-words False)
      wrapped (.join "\n\n" (map fill paragraphs)))
    (assert (= (.join "" (prepared-chunks (in-pieces wrapped size) :width 12))
      (.join "\n\n" paragraphs))))
  (check)
  None)


;; * Memory and files

(defn test-a-short-text-stays-in-memory [monkeypatch tmp-path]
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str (/ tmp-path "cache")))
  (setv [ids _] (prepared-ids TEXT 100 "characters"))
  (assert (= (len ids) (len TEXT)))
  (assert (not ids.flags.writeable))
  (assert (not (.exists (/ tmp-path "cache")))))


(defn test-a-long-text-is-a-file-without-a-name [monkeypatch tmp-path]
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str tmp-path))
  (.setattr monkeypatch corpus "STORED" (* 1024 1024))
  (setv [ids vocabulary] (prepared-ids (* TEXT 700) 100_000 "characters"))
  (assert (= (os.listdir tmp-path) []))
  (assert (not ids.flags.writeable))
  (assert (= (int (.sum ids)) (* 700 (int (.sum (.encode vocabulary TEXT)))))))


(defn test-a-cache-folder-that-can-not-be-made-is-named [small-steps]
  (.write-text small-steps "a file where the folder should be")
  (with [_ (pytest.raises OSError :match "can't store the text .*LSTM_TEXTGEN_CACHE")]
    (prepared-ids TEXT 100 "characters"))
  None)


;; * What is trained on

(defn [counting] test-training-from-a-file-ends-with-the-same-bits [monkeypatch tmp-path]
  (setv [memory file] (lfor name ["memory" "file"] (/ tmp-path name)))
  (setv model (train-tiny memory :epochs 1 :lower True))
  (setv cache (take-small-steps monkeypatch tmp-path))
  (train-tiny file :epochs 1 :lower True)
  (assert (same-run? (/ memory "model") (/ file "model")))
  (setv grown (train-tiny file (+ TEXT "Ü") :epochs 2 :add-text True))
  (assert (= (os.listdir cache) []))
  (assert (= grown.vocabulary.units (+ model.vocabulary.units ["ü"]))))


(defn [(pytest.mark.parametrize #("text" "seed") [
    #("TITLE\n\n1 May. It\nbegan with rain.\n\nMrs Quill has given me this.\n" "Mrs Quill has")
    #("a line\n  it goes on and on\n" "it goes on")
    #("all on one line. Don't look back. Nobody did look, www.a.b c d" "Nobody did look")
    #("a list\n- buy milk and tea\n• don't\n" "buy milk and")
    #("\n— Buenos días, amigo mío\n" "Buenos días, amigo")
    #("\n\nred\x07 green and blue\n\nEve\nAnna\nBo\n" "")
    #(f"\n{(* "一二三四五六" 9)}\n" "一二三四")
    #((+ (* "\nthe first half is boring" 100) (* "\nthen it goes on" 400)) "then it goes")])]
    test-a-seed-is-from-the-middle-and-begins-like-a-paragraph-a-line-or-a-sentence [text seed]
  (with [whole (stored (in-pieces text 7))]
    (assert (= (seed-within whole (// (len text) 2)) seed))))


;; * What is held out, and what identifies a text

(defn [(given (st.integers 1 20))] test-a-part-of-a-text-is-the-same-however-it-was-stored [size]
  (with [whole (stored (in-pieces VERSE size))]
    (for [[start stop] [[0 999] [0 20] [7 8] [30 61] [999 1999]]]
      (assert (= (.join "" (.part whole start stop)) (cut VERSE start stop))))))


(defn [(pytest.mark.parametrize #("text" "share" "kept") [
    #((* "one line\n" 100) 0.1 810)       ; exactly a tenth: 90 lines
    #((* "one line \n" 100) 0.115 880)    ; the line in which a place is begins before
    #((* "a word " 100) 0.1 (- 630 1))    ; a word has its space before it
    #((* "漢字" 100) 0.1 180)
    #((* "漢字" 100) 0 200)])]
    test-the-held-out-part-begins-with-a-line-or-a-word [text share kept]
  (with [whole (stored (in-pieces text 50))]
    (assert (= (.kept whole share) kept))))


(defn test-a-fingerprint-is-that-of-the-text-whatever-the-vocabulary []
  (defn print-of [chunks] (with [whole (stored chunks)] whole.fingerprint))
  (setv prints (sfor size [1 7 100] (print-of (in-pieces TEXT size))))
  (assert (= prints #{(print-of [TEXT])}))
  (assert (not-in (print-of [(+ TEXT "!")]) prints)))
