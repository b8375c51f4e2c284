"Nothing copied: the passages of a text, in a filter, and the rule that keeps to it."

(import
  random [Random]
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.text.shingles [MOST-SHINGLED SHINGLE Shingles joined-filters]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.constraints [Constraints Copies]
  lstm-textgen.writing.mixture [Mixture]
  lstm-textgen.writing.originality [originality]
  lstm-textgen.writing.seeds [Seed]
  tests.helpers [counting filters-of program refusal-of small-model train-least])

(setv
  RANDOM (Random 1)
  PROSE (.join "" (.choices RANDOM "abcdefghij ,.\n" :k 4000)))


(defn [pytest.mark.quick] test-all-shingles-of-a-text-are-known-and-hardly-any-other []
  (setv
    shingles (Shingles #* (filters-of PROSE))
    other (.join "" (.choices RANDOM "abcdefghij ,.\n" :k 20_000))
    share (fn [text] (/ (sum (gfor n (range (- (len text) SHINGLE -1))
      (.copied? shingles (cut text n (+ n SHINGLE)) False))) (- (len text) SHINGLE -1))))
  (assert (= (share PROSE) 1))
  (assert (< (share other) 0.08)))


(defn [pytest.mark.quick] test-refrains-count-only-if-asked-for []
  (setv text (+ PROSE "and so we sing, and so we sing, and so we sing"))
  (setv shingles (Shingles #* (filters-of text)))
  (assert (.copied? shingles "and so we sing, and " False))
  (assert (not (.copied? shingles "and so we sing, and " True))))


(defn may-copy? [text passage [people None] #** request]
  "Return whether a model of `text`, maybe a chat of `people`, may write `passage`, as `request`."
  (setv model (small-model :text text :people people :resume False :layers "3"))
  (setv [model.shingles model.refrains] (filters-of text))
  (setv all-rules (.rules (Constraints #** request) (Seed model "") None))
  (setv rules (lfor rule all-rules :if (isinstance rule Copies) rule))
  (for [id (.encode model.vocabulary passage)  rule rules]
    (when (.refuses? rule id False) (return False))
    (.take rule id))
  True)


(defn [pytest.mark.quick] test-a-refrain-may-be-copied-whole-unless-a-length-is-asked-for []
  (setv refrain (.join "" (.choices (Random 2) "klmnop ,\n" :k 80)))
  (setv song (+ PROSE refrain (.upper PROSE) refrain))
  (assert (may-copy? song refrain))
  (assert (not (may-copy? song refrain :no-copy 60)))
  (assert (may-copy? song refrain :no-copy 80))
  (assert (not (may-copy? (+ PROSE refrain) refrain))))


(defn [pytest.mark.quick] test-a-chat-may-copy-unless-a-length-is-asked-for []
  (setv talk (+ "Mum: where are you\nTobi: on the bus to the harbor, with two cakes and a kite\n"
    "Mum: then bring the blue bowl\n"))
  (assert (may-copy? talk talk :people ["Mum" "Tobi"]))
  (assert (not (may-copy? talk talk :people ["Mum" "Tobi"] :no-copy 60)))
  (assert (not (may-copy? talk talk))))


(defn [pytest.mark.quick (pytest.mark.parametrize #("one" "other") [
    [PROSE "a short text of its own"] ["a short text of its own" PROSE] [PROSE PROSE] [PROSE ""]])]
    test-joined-filters-know-both-texts [one other]
  (setv shingles (Shingles (joined-filters #* (gfor t [one other] (get (filters-of t) 0))) b""))
  (for [text [one other]]
    (assert (all (gfor n (range (- (len text) SHINGLE -1))
      (.copied? shingles (cut text n (+ n SHINGLE)) False))))))


(defn [pytest.mark.quick] test-a-text-that-is-too-long-or-too-short-has-none []
  (for [text ["" "too short" (* "a" (+ MOST-SHINGLED 1))]]
    (assert (= (filters-of text) #(b"" b"")))))


(defn [pytest.mark.quick (pytest.mark.parametrize "unit" ["characters" "pieces"])
       (pytest.mark.parametrize "most" [20 30 45])]
    test-no-passage-is-longer-than-asked-for-the-seed-included [unit most]
  (setv
    text (+ "b" (* "a" 200) "cab, cab. bac\n")
    model (TextModel (small-model :text text :unit unit :odds {"a" 1e6} :longest-run 500
      :resume False :layers "3")))
  (assert (> (len (get (originality [(.generate model "aa" 2000 :rng-seed 1)] text) 0)) 100))
  (setv [model.checkpoint.shingles model.checkpoint.refrains] (filters-of text))
  (setv written (.generate model "aa" 2000 :rng-seed 1 :no-copy most))
  (assert (<= (len (get (originality [written] text) 0)) most))
  (setv both (TextModel (Mixture model.checkpoint model.checkpoint)))
  (assert (= (.generate both "aa" 2000 :rng-seed 1 :no-copy most) written)))


(defn [pytest.mark.quick] test-a-refusal-counts-once-however-many-units-were-asked-about []
  (setv
    text (* "ab" 40)
    model (small-model :text text)
    shingles (Shingles #* (filters-of text))
    rule (Copies shingles (Seed model text) 30 False)
    [a b] (gfor c "ab" (get model.vocabulary.ids c)))
  (for [strict [True True False]] (assert (.refuses? rule a strict)))
  (for [id [b a]] (.take rule id))
  (assert (= shingles.refused 1)))


(defn [pytest.mark.quick] test-a-model-that-lacks-the-passages-says-so []
  (setv line (refusal-of (. (TextModel (small-model)) generate) :no-copy 40))
  (assert (.startswith line "`no_copy` needs a model that keeps the passages of its text")))


(defn [counting] test-a-model-keeps-the-passages-of-its-texts-and-a-copy-to-share-none [tmp-path]
  (setv texts (lfor text [PROSE (.upper PROSE)] (+ text "abc, def. ABC, DEF.\n")))
  (for [text texts] (setv [model _] (train-least tmp-path text :add-text True)))
  (setv shingles (Shingles model.checkpoint.shingles b""))
  (for [text texts] (assert (.copied? shingles (cut text 700 720) False)))
  (.save model (/ tmp-path "small.h5") :small True)
  (assert (= (. (load-checkpoint (/ tmp-path "small.h5")) shingles) b""))
  (assert (in "--no-copy needs a model" (. (program "--generate" "" "--length" 9 "--no-copy" 30
    "--model" "small" :folder tmp-path) stderr))))


(defn [counting] test-a-list-keeps-no-passages-so-its-rows-may-be-copied [tmp-path]
  (setv rows (.join "" (gfor n (range 60) f"Spell {n}: {(cut PROSE n (+ n 90)) !r}\n")))
  (setv [model _] (train-least tmp-path rows :items "line"))
  (assert (= #(model.checkpoint.shingles model.checkpoint.refrains) #(b"" b""))))
