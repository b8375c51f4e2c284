"A model by pieces on a page: the browser writes and shows as Python does."

(import
  collections [Counter]
  numpy :as np
  pytest
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.seeds [Seed ways-on]
  tests.browser [WRITTEN alternatives-on assert-writes-as-python fragment halved-model
    open-page start-of wait-for-end wait-for-text written]
  tests.helpers [page-of])

(setv VERSE (* "heylo hey lo, ye hello theca\n" 9))


;; * Seeds

(defn pieces-model [#** options]
  "Return a model with random weights of 24 pieces of `VERSE`, some of them words."
  (halved-model #** {"unit" "pieces"  "text" VERSE  "max_words" 30  #** options}))


(defn test-after-any-seed-the-page-writes-what-python-writes [browser tmp-path]
  (setv model (pieces-model :rng-seed 3))
  (assert-writes-as-python browser (page-of tmp-path model) model
    ["h" "heyl" "hey lo" "hey" "he " "hello\n" "lo  " "heyloheylo" ""])
  (assert-writes-as-python browser (page-of tmp-path model) model
    (lfor end ["hey" "hello heyl" "lo\nheylo, hello he"] (+ (* "hello, heylo\n" 90) end))))


(defn test-models-of-characters-and-of-pieces-write-side-by-side [browser tmp-path]
  (setv
    models [(halved-model :text VERSE) (pieces-model)]
    settings (fragment :seed "hey" :temperature 0 :length 50 :fast 1))
  (with [page (open-page browser (page-of tmp-path #* models) settings)]
    (assert (in "Length, in characters<" (.content page)))
    (wait-for-end page)
    (for [[text model] (zip (.all-text-contents (.locator page WRITTEN)) models)]
      (assert (.startswith text (.generate (TextModel model) "hey" :length 50 :temperature 0))))))


(defn test-unknown-characters-of-the-seed-are-named-and-left-out [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (pieces-model)) "#seed=he☃yl&fast=1")]
    (wait-for-end page)
    (assert (= (.text-content page "#strange") "It has never seen these: ☃"))))


(defn test-the-length-on-a-page-of-pieces-counts-characters [browser tmp-path]
  (setv
    model (pieces-model)
    longest (max (map len model.vocabulary.units)))
  (with [page (open-page browser (page-of tmp-path model) "#length=50&fast=1")]
    (wait-for-end page)
    (setv n (len (written page)))
    (assert (<= 50 n (+ 49 longest)))
    (assert (= (.text-content page "#count") f"{n} characters"))
    (.click page "#on")
    (wait-for-end page)
    (assert (<= (+ n 50) (len (written page)) (+ n 49 longest)))))


;; * Alternatives

(defn beginnings [model seed]
  "Return how probable each text is as what comes first after `seed`, whatever it is spelled by."
  (setv
    read (Seed model seed)
    engine (make-engine model)
    _ (.feed engine read.ids)
    ways (ways-on engine model.vocabulary read.rest)
    units (np.array model.vocabulary.units)
    found (Counter))
  (for [way ways]
    (setv
      allowed (if (is way.ids None) (slice None) way.ids)
      odds (* (np.exp way.weight) (softmax (get way.state 0 allowed))))
    (for [[unit own] (zip (get units allowed) odds)]
      (+= (get found (cut unit way.typed None)) own)))
  (dfor [text own] (.items found) text (/ own (.total found))))


(defn test-alternatives-within-a-word-count-all-its-spellings [browser tmp-path]
  (setv model (pieces-model))
  (with [page (open-page browser (page-of tmp-path model) "#seed=heyl&rng_seed=4&fast=1")]
    (wait-for-end page)
    (.click page.mouse #* (start-of page 4))
    (setv
      odds (beginnings model "heyl")
      best (cut (sorted odds :key odds.get :reverse True) 5)
      [texts shown] (alternatives-on page))
    (assert (= texts best))
    (assert (= (lfor each shown (float (.strip each "<%")))
      (pytest.approx (lfor text best (* 100 (get odds text))) :abs 0.51)))
    (.click page "#alternatives li:nth-child(3) button")
    (wait-for-text page (+ "heyl" (get best 2)))))
