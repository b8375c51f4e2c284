"Many passages at once: fair shares of places."

(import
  itertools [count]
  pytest
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.passage [Passage]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.scheduler [Group Scheduler]
  lstm-textgen.writing.seeds [Seed]
  tests.helpers [CALM small-model written])

(setv
  pytestmark pytest.mark.quick
  MODEL (small-model :scale CALM :layers "lstm:40" :text "abcdefghijklmnopqrstuvwxyz: ,.\n")
  OPTIONS (SamplingOptions [0.5 1 0.8])
  ENDLESS 10_000_000)


(defn group [length [n 1] [seed "abc"]]
  "Return a group of `n` passages of this `length` after `seed`, with random seeds from 0 on."
  (setv read (Seed MODEL seed))
  (Group (lfor k (range n) (Passage read (Draw OPTIONS k) (Ends length))) n))


(defn texts-of [group]
  (lfor passage group.passages passage.text))


(defn expected [length [n 1] [seed "abc"]]
  (lfor k (range n)
    (written MODEL seed :temperature OPTIONS.temperature :length length :rng-seed k)))


(defn steps-until [scheduler group [most 1000]]
  "Let `scheduler` take steps until `group` is over; return how many."
  (for [n (count)]
    (when group.over (return n))
    (assert (< n most))
    (.step scheduler)))


(defn scheduler-of [#* groups [half 8]]
  (setv scheduler (Scheduler MODEL half))
  (for [each groups] (.add scheduler each))
  scheduler)


(defn test-texts-that-join-and-leave-are-those-written-alone []
  (setv
    groups (lfor n [1 30 3 70] (group (* 7 n) (+ n 2)))
    scheduler (scheduler-of #* groups :half 10))
  (for [each groups] (steps-until scheduler each))
  (for [[n each] (zip [1 30 3 70] groups)]
    (assert (= (texts-of each) (expected (* 7 n) (+ n 2))))))


(defn [(pytest.mark.parametrize #("requests" "texts") [[1 8] [1 99] [5 8] [15 1]])]
    test-a-short-request-begins-beside-all-that-others-have-asked-for [requests texts]
  (setv scheduler (scheduler-of #* (gfor _ (range requests) (group ENDLESS texts))))
  (for [_ (range 20)] (.step scheduler))
  (setv short (group 20))
  (.add scheduler short)
  (assert (< (steps-until scheduler short) 5))
  (assert (= (texts-of short) (expected 20))))


(defn test-a-group-holds-half-of-the-places-and-others-share-what-it-leaves []
  (setv
    groups [(group 200 8) #* (gfor _ (range 3) (group ENDLESS 8))]
    scheduler (scheduler-of (get groups 0)))
  (.step scheduler)
  (for [each (cut groups 1 None)] (.add scheduler each))
  (.step scheduler)
  (assert (= (lfor each groups (len each.running)) [8 1 1 1]))
  (steps-until scheduler (get groups 0))
  (.step scheduler)
  (assert (= (lfor each groups (len each.running)) [0 3 3 2])))


(defn test-a-step-is-short-while-anyone-waits []
  (setv
    endless (group ENDLESS)
    scheduler (scheduler-of endless)
    passage (get endless.passages 0)
    units [])
  (for [others [[] [] [(group 5 1 (* "abc " 1000))]]]
    (for [each others] (.add scheduler each))
    (.step scheduler)
    (.append units passage.units))
  (assert (= units [8 136 144])))


(defn test-a-long-seed-holds-up-neither-texts-under-way-nor-short-ones []
  (setv
    [before long short] [(group 300) (group 5 1 (* "abc " 100_000)) (group 5)]
    scheduler (scheduler-of before long short))
  (steps-until scheduler before 100)
  (steps-until scheduler short 10)
  (assert (not long.over)))
