"Messages and errors that know the settings that they are about."

(import
  pickle
  pytest
  lstm-textgen.basics.messages [Message failure refuse]
  lstm-textgen.settings.table [as-flags as-keyword])

(setv pytestmark pytest.mark.quick)


(defn test-a-setting-is-spelled-by-whoever-shows-the-message []
  (setv message (Message "give " 'base " or " ['max-words f" {5}"]))
  (assert (= message "give `base` or `max_words` 5"))
  (assert (= (as-flags message) "give --from or --max-words 5"))
  (assert (= (as-keyword message) "give `:from` or `:max-words` 5"))
  (assert (= (as-flags (pickle.loads (pickle.dumps message))) (as-flags message))))


(defn test-what-only-looks-like-a-setting-stays-as-it-is []
  (assert (= (as-flags (ValueError "`epochs`: no such file")) "`epochs`: no such file")))


(defn test-an-error-within-a-message-keeps-its-settings []
  (with [caught (pytest.raises ValueError)]
    (try
      (refuse "too long; give " 'epochs)
      (except [error ValueError] (refuse "a.txt: " error))))
  (assert (= (str caught.value) "a.txt: too long; give `epochs`"))
  (assert (= (as-flags caught.value) "a.txt: too long; give --epochs")))


(defn test-an-error-of-our-own-says-why-like-one-of-the-system []
  (assert (= (. (failure OSError "no room; give another " 'path) strerror)
    "no room; give another `path`")))
