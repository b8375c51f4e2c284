"The loop that generates for all requests to one model."

(eval-when-compile (require hyrule [unless]))
(import
  threading [Condition]
  types [SimpleNamespace]
  numpy :as np
  pytest
  lstm-textgen.server.app [Texts]
  lstm-textgen.server.jobs [Job NAME NameFinder Prompt]
  lstm-textgen.server.loop [Loop]
  lstm-textgen.server.models [chat-names]
  lstm-textgen.server.requests [ApiError CompletionBody]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.sampling [SamplingOptions]
  lstm-textgen.writing.writer [Ends stream]
  tests.helpers [CALM score small-model write-many])

(setv
  pytestmark pytest.mark.quick
  MODEL (small-model :scale CALM :layers "lstm:40" :text "abcdefghijklmnopqrstuvwxyz: ,.\n")
  WORDS (small-model :scale CALM :unit "words" :text "one two three, four five.\nsix\n")
  LIMIT 30)  ; seconds until something must have happened


(defclass Newsroom []
  "Waits for news of jobs."

  (defn __init__ [self]
    (setv self.changed (Condition)))

  (defn notify [self jobs]
    (with [_ self.changed] (.notify-all self.changed)))

  (defn wait-for [self true?]
    (with [_ self.changed] (assert (.wait-for self.changed true? LIMIT)))))


(setv NEWS (Newsroom))


(defn [pytest.fixture] loop []
  "A loop of at most 8 texts."
  (setv loop (Loop MODEL :most 8 :notify NEWS.notify))
  (yield loop)
  (.stop loop)
  (.join loop.thread LIMIT)
  (assert (not (.is-alive loop.thread))))


(defn job [seed length [model MODEL] [seed-told None] #** options]
  (Job (Prompt model seed seed-told) length #** options))


(defn text-of [job]
  (.join "" job.pieces))


(defn all-written [loop jobs]
  "Let `loop` write all `jobs`; return their texts."
  (.submit loop jobs)
  (.wait-for NEWS (fn [] (all (gfor job jobs job.end))))
  (lfor job jobs (text-of job)))


(defn test-texts-of-one-seed-share-its-reading-and-nothing-else [loop]
  (for [told [None 1]]
    (defn read [] (Prompt MODEL (* "abc " 99) told))
    (defn jobs-after [seeds]
      (lfor [k seed] (enumerate seeds)
        (Job seed (* 9 k) :rng-seed 1 :number (// k 2) :alternatives told)))
    (setv
      alone (all-written loop (jobs-after (lfor _ (range 6) (read))))
      shared (read))
    (assert (= (all-written loop (jobs-after (* [shared] 6))) alone))
    (assert (= (len shared.told) (if told 396 0)))))


(defn test-equal-prompts-are-read-once []
  (setv
    body (CompletionBody :prompt ["abc" "b" "abc"] :n 2)
    jobs (.jobs body None MODEL None))
  (assert (= (lfor job jobs job.draw.number) (list (range 6))))
  (assert (= (len (sfor job jobs (id job.seed))) 2)))


(defn test-a-text-ends-at-its-length-or-before-a-stop [loop]
  (for [stops [[] ["e"] ["zzz" "e" "f"]]]
    (setv
      done (job "abc" 200 :rng-seed 4 :stops stops)
      [text] (all-written loop [done])
      whole (get (all-written loop [(job "abc" 200 :rng-seed 4)]) 0))
    (assert (= (len whole) 200))
    (setv end (min (gfor stop stops :if (in stop whole) (.index whole stop)) :default 200))
    (assert (= text (cut whole end)))
    (assert (= done.end (if (= end 200) "length" "stop")))
    (assert (= done.written (min 200 (+ end 1))))))


(defn [(pytest.mark.parametrize #("length" "stops") [#(30 []) #(200 ["e"])])]
    test-what-is-told-of-a-text-and-its-seed-is-the-surprise-to-their-end [loop length stops]
  (setv done (job "abc" length :rng-seed 4 :stops stops :alternatives 3 :seed-told 3))
  (setv [text] (all-written loop [done]))
  (setv told [#* done.seed.told #* done.told])
  (assert (= (.join "" (gfor each told each.unit)) (+ "abc" text)))
  (assert (np.isclose (- (sum (gfor each told each.logarithm)))
    (. (score MODEL [(+ "abc" text)]) nats) :rtol 1e-4))
  (for [each told]
    (assert (= (len each.likeliest) 3))
    (assert (<= each.logarithm (get each.likeliest 0 1)))
    (assert (= each.logarithm (.get (dict each.likeliest) each.unit each.logarithm)))))


(defn test-20-000-units-of-a-prompt-can-be-told-with-five-alternatives []
  (defn jobs-for [words]
    (setv body (CompletionBody :prompt (* " one" words) :logprobs 5 :echo True))
    (.jobs body None WORDS None))
  (assert (jobs-for 20_000))
  (with [_ (pytest.raises ApiError :match "180,096 probabilities are too many")]
    (jobs-for 30_000)))


(defn test-what-is-told-of-a-prompt-is-streamed-once []
  (setv
    one (job "abc" 9 :alternatives 0 :seed-told 0 :echo "abc")
    engine (make-engine MODEL)
    served (SimpleNamespace :name "bot" :fingerprint "fp")
    texts (Texts served (CompletionBody))
    next-parts (fn [] (.next-parts texts 0 one one.end)))
  (assert (= (next-parts) []))  ; nothing is known of the prompt yet
  (.take-in one.seed engine 99)
  (.begin one engine)
  (setv prompt (next-parts))
  (.take one [1 2] (np.ones [2 31]))
  (setv choices (lfor part [#* prompt #* (next-parts)] (get part "choices" 0)))
  (assert (= (lfor c choices #((get c "text") (get c "logprobs" "text_offset")))
    [#("abc" [0 1 2]) #(" ," [3 4])])))


(defn endless [n]
  "Return `n` jobs that take for ever."
  (lfor _ (range n) (job "a" 10_000_000)))


(defn [(pytest.mark.parametrize "place" [0 9])]
    test-a-text-is-cancelled-under-way-or-while-it-waits-and-frees-its-place [loop place]
  (setv jobs (endless 10))
  (.submit loop jobs)
  (.wait-for NEWS (fn [] (= (len loop.waiting) 2)))
  (.cancel loop [(get jobs place)])
  (.wait-for NEWS (fn [] (= (len loop.waiting) 1)))
  (.cancel loop jobs))


(defn [(pytest.mark.parametrize #("requests" "texts") [[1 8] [5 8] [20 1]])]
    test-a-short-request-passes-all-that-others-have-asked-for [requests texts]
  (setv
    loop (Loop MODEL :most 8 :notify NEWS.notify)
    others (lfor _ (range requests) (endless texts)))
  (for [jobs others] (.submit loop jobs))
  (.wait-for NEWS (fn [] (= (len loop.running) 8)))
  (setv short (job "abc" 20))
  (.submit loop [short])
  (.wait-for NEWS (fn [] short.end))
  (assert (= short.end "length"))
  (for [jobs others] (.cancel loop jobs))
  (.stop loop))


(defn test-a-text-that-made-room-goes-on-as-if-it-had-not [loop monkeypatch]
  (.setattr monkeypatch "lstm_textgen.server.loop.TURN" 0)
  (setv
    options (SamplingOptions [0.5 1 0.8])
    jobs (lfor k (range 20) (job "ab. c" 150 :rng-seed k :options options))
    [made-room take-out] [[] Loop.take-out])
  (.setattr monkeypatch Loop "take_out" (fn [self each]
    (unless each.end (.append made-room each))
    (take-out self each)))
  (for [each jobs] (.submit loop [each]))
  (.wait-for NEWS (fn [] (all (gfor each jobs each.end))))
  (assert made-room)
  (for [[k each] (enumerate jobs)]
    (assert (= (text-of each) (.join "" (stream MODEL "ab. c" options (Ends 150) k))))))


(defn test-a-request-of-nothing-is-forgotten [loop]
  (.submit loop [])
  (all-written loop [(job "abc" 9)])
  (assert (= loop.requests [])))


(defn test-a-long-seed-holds-up-neither-texts-under-way-nor-short-ones [loop]
  (setv [before long short] [(job "abc" 300) (job (* "abc " 100_000) 5) (job "abc" 5)])
  (for [each [before long short]] (.submit loop [each]))
  (.wait-for NEWS (fn [] (and before.end short.end)))
  (assert (is long.end None))
  (.cancel loop [long]))


(defn test-a-mistake-ends-the-texts-under-way-and-not-the-loop [loop monkeypatch caplog]
  (with [broken (.context monkeypatch)]
    (.setattr broken loop.crowd "run" (fn [#* _] (/ 1 0)))
    (setv lost (job "abc" 9))
    (all-written loop [lost])
    (assert (= lost.end "failed"))
    (assert (in "ZeroDivisionError" caplog.text)))
  (assert (= (len (get (all-written loop [(job "abc" 9)]) 0)) 9)))


(defn test-a-mistake-with-a-seed-ends-its-request-only [loop monkeypatch caplog]
  (setv
    others (lfor k (range 4) (job "abc" 3000 :rng-seed k))
    seed (Prompt MODEL "bad")
    lost (lfor k (range 3) (Job seed 9 :number k)))
  (.submit loop others)
  (.setattr monkeypatch seed "feed_ids" (fn [#* _] (/ 1 0)))
  (all-written loop lost)
  (assert (= #{"failed"} (sfor each lost each.end)))
  (.wait-for NEWS (fn [] (all (gfor each others each.end))))
  (assert (= #{"length"} (sfor each others each.end))))


(defn test-a-text-after-any-seed-is-what-the-writer-writes []
  (setv loop (Loop WORDS :notify NEWS.notify))
  (for [seed ["one two" "one " "" "seven"]]
    (setv done (job seed 30 WORDS :rng-seed 3 :options (SamplingOptions 0.7)))
    (assert (= (all-written loop [done]) [(.join ""
      (stream WORDS seed (SamplingOptions 0.7) (Ends 30) 3 (fn [_] None)))])))
  (.stop loop))


;; * The end of a reply

(defn reply [#* pieces [stops []] [model MODEL]]
  "Return the text of a chat job that is fed `pieces`, each a unit at a time, and its end."
  (setv done (job "" 1000 model :chat True :stops stops))
  (for [piece pieces]
    (unless done.end (.take done (lfor c piece (get model.vocabulary.ids c)) None)))
  (unless done.end (.finish done "length"))
  #((text-of done) done.end))


(defn [(pytest.mark.parametrize #("text" "wanted") [
    [" hello.\nanna: hi" #(" hello." "stop")]
    [" hello.\nanna b. c: hi" #(" hello." "stop")]
    [" one\ntwo\nbob: x" #(" one\ntwo" "stop")]
    [" see\nhttp:.x" #(" see\nhttp:.x" "length")]
    [" two: three" #(" two: three" "length")]
    [" hello.\nanna:" #(" hello." "length")]
    [" hello.\nanna" #(" hello.\nanna" "length")]
    [" a\n: b" #(" a\n: b" "length")]])]
    test-a-reply-ends-at-the-next-name [text wanted]
  (assert (= (reply text) wanted))
  (assert (= (reply #* text) wanted)))


(defn test-a-reply-ends-before-a-stop-too []
  (assert (= (reply " one two\nanna: x" :stops ["two"]) #(" one " "stop")))
  (assert (= (reply " one two\nanna: x" :stops ["twoz"]) #(" one two" "stop"))))


(defn [(pytest.mark.parametrize "name" ["+49 170 1234567" "4917012" (* "long name " 7) "~ anna"])]
    test-a-reply-of-a-chat-ends-at-any-name-or-number [name]
  (setv model (small-model :resume False :text "+~0123456789 aeghlmno:\n" :people ["anna"]))
  (assert (= (reply #* f" hallo\n{name}: na" :model model) #(" hallo" "stop"))))


(defn test-the-people-of-a-chat-are-those-it-was-trained-on []
  (setv people ["+49 170 1234567" "anna"])
  (assert (= (chat-names (small-model :resume False :people people)) people)))


(defn test-a-stop-text-in-what-could-be-a-name-is-left-out []
  (setv finder (NameFinder ["b"] NAME))
  (assert (= (.join "" (map finder.feed "a\nAb")) "a"))
  (assert (= (.close finder) "\nA")))


(defn test-a-seed-that-ends-within-a-word-goes-on-as-generated-ones-do []
  (setv
    text (* "heylo hey lo, ye hello\n" 9)
    pieces (small-model :scale CALM :unit "pieces" :text text :max-words 24)
    [options loop] [(SamplingOptions [1 0.5]) (Loop pieces :notify NEWS.notify)]
    same {"rng_seed" 1  "options" options  "alternatives" 24}
    jobs (lfor k (range 6) (job "ye hey" 20 pieces :number k #** same)))
  (setv texts (all-written loop jobs))
  (.stop loop)
  (for [[text whole] (zip texts (write-many pieces ["ye hey"] 6 options (Ends 60) 1))]
    (assert (.startswith whole text)))
  (for [[each text] (zip jobs texts)]
    (assert (= (.join "" (gfor told each.told told.unit)) text))
    (assert (= (len each.told) 20))
    (setv [first #* _] each.told)
    (assert (= first.logarithm (pytest.approx (get (dict first.likeliest) first.unit))))))
