"The share of copied text, compared with a search for every string."

(import
  hypothesis [given settings strategies :as st]
  pytest
  lstm-textgen.writing.originality [HASHED-AT-ONCE originality])

(setv
  pytestmark pytest.mark.quick
  ;; Few letters, so that passages repeat; é and an emoji, so that characters aren't bytes.
  texts (st.text "abé🦊" :max-size 30)
  long-texts (st.builds (fn [s n] (* s n)) texts (st.integers 0 4)))


(defn plainly [written training]
  "Return #(length share) as `originality` would, by trying every passage and every string."
  (setv
    passages (gfor
      text written
      start (range (len text))
      end (range (+ start 1) (+ (len text) 1))
      :setv passage (cut text start end)
      :if (in passage training)
      (len passage))
    strings (lfor
      text written
      start (range (- (len text) 19))
      (in (cut text start (+ start 20)) training)))
  #((max passages :default 0) (when strings (/ (sum strings) (len strings)))))


(defn [(given (st.lists long-texts :max-size 3) long-texts)
       (settings :max-examples 40 :deadline None)]
    test-originality-agrees-with-trying-every-passage [written training]
  (setv [passage share] (originality written training))
  (assert (= #((len passage) share) (plainly written training)))
  (assert (in passage training))
  (assert (any (gfor text [#* written ""] (in passage text)))))


(defn test-a-passage-is-found-across-the-stretches-that-are-hashed-at-once []
  (setv
    copied "This sentence stands on the border."
    training (+ (* "x" (- HASHED-AT-ONCE 10)) copied (* "y" 50))
    [passage share] (originality [(+ "new words, then: " copied " and more")] training))
  (assert (= passage copied))
  (assert (= share (/ 16 42))))
