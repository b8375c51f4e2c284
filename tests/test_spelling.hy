"Seeds that end within a word: the continuation follows the sum over all spellings."

(import
  collections [Counter]
  operator [attrgetter]
  numpy :as np
  pytest
  lstm-textgen.writing.mixture [Mixture make-engine]
  lstm-textgen.writing.seeds [Seed]
  tests.helpers [CALM small-model write-many written])

(setv
  pytestmark pytest.mark.quick
  TEXT (* "heylo hey lo, ye hello\n" 9)
  MODEL (small-model :unit "pieces" :text TEXT :max-words 24 :scale CALM))


(defn probability [model ids text]
  "Return the probability of all sequences of units that begin with `text` after `ids`."
  (setv
    engine (make-engine model)
    logits (.astype (.feed engine (np.array ids)) "float64")
    odds (/ (np.exp logits) (.sum (np.exp logits))))
  (sum (gfor
    [id unit] (enumerate model.vocabulary.units)
    :if (or (.startswith unit text) (.startswith text unit))
    (* (get odds id) (if (.startswith unit text) 1
      (probability model [#* ids id] (cut text (len unit) None)))))))


(defn test-the-next-character-is-as-likely-as-all-spellings-make-it []
  (setv
    n 5000
    texts (write-many MODEL ["hey"] n :temperature 1 :length 1 :rng-seed 1)
    [ids rest] ((attrgetter "ids" "rest") (Seed MODEL "hey"))
    whole (probability MODEL (list ids) rest))
  (for [[character count] (.items (Counter texts))]
    (setv odds (/ (probability MODEL (list ids) (+ rest character)) whole))
    (assert (= (/ count n) (pytest.approx odds :abs 0.03)))))


(defn test-a-word-goes-on-with-what-was-typed-of-it []
  (setv model (small-model :unit "pieces" :text TEXT :max-words 24 :odds {"heylo" 1e9}))
  (assert (in "heylo" model.vocabulary.ids))
  (assert (= (written model "he" :length 3) "ylo"))
  (assert (= (written model "lo,heyl" :length 6) "oheylo")))


;; * Whole words

(defn continued [seed #** odds]
  "Return the first characters that a model with these odds writes after `seed` in 200 texts."
  (setv model (small-model :unit "pieces" :text (+ TEXT "H") :max-words 24 :odds odds))
  (set (write-many model [seed] 200 :temperature 1 :length 1 :rng-seed 1)))


(defn [(pytest.mark.parametrize "seed,odds,whole" [
    ["lo, hey" {"," 5} True]      ; a unit, which may end here
    ["lo, Hey" {"," 5} True]      ; in lower case it is one
    ["lo, hel" {"," 5} False]     ; none, and it hardly ends
    ["lo,hel" {"h" 5e3  "e" 5e3  "l" 5e3  "," 3e4} True]
    ["lo, hey" {"lo" 5000} False]  ; nearly certain to go on
    ["lo," {} False]])]
    test-a-word-that-may-be-whole-is-not-continued [seed odds whole]
  (setv letters (lfor c (continued seed #** odds) :if (.isalpha c) c))
  (assert (= (not letters) whole)))


(defn test-a-word-in-a-script-without-capital-letters-may-always-go-on []
  (setv
    text (* "今日は、今日も。" 20)
    model (small-model :unit "pieces" :text text :max-words 24 :odds {}))
  (setv after (set (write-many model ["今日"] 200 :temperature 1 :length 1 :rng-seed 1)))
  (assert (& after (set "はも今")))
  (assert (& after (set "、。"))))


(defn test-stop-and-sentences-work-within-pieces []
  (setv text (* "lo. hey" 9))
  (setv model (small-model :unit "pieces" :text text :odds {" hey" 1e9}))
  (assert (= (written model "lo" :stop "ey h") " h"))
  (setv model (small-model :unit "pieces" :text text :odds {" hey" 1e9  "." 1e8}))
  (setv text (written model "lo" :sentences 2 :rng-seed 1))
  (assert (= (.count text ". ") 1))
  (assert (.endswith text ".")))


(defn test-models-of-the-same-pieces-write-together []
  (setv
    grown (.extend MODEL.vocabulary ["xyz"])
    other (small-model :unit "pieces" :text (+ TEXT "xyz") :max-words 24))
  (setv other.vocabulary grown)
  (setv other.weights MODEL.weights)
  (setv same {"length" 30  "rng_seed" 1})
  (assert (= (written (Mixture MODEL MODEL) "hey" #** same) (written MODEL "hey" #** same)))
  (assert (= (. (Mixture MODEL other) vocabulary units) grown.units))
  (with [_ (pytest.raises ValueError :match "different pieces")]
    (Mixture MODEL (small-model :unit "pieces" :text "other words, other pieces"))))
