"Layers in words; the network, the epochs and the batch that are chosen by default; a run's end."

(import
  hypothesis [given strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.learning.schedule [Clock rate-factor why-done]
  lstm-textgen.settings.layers [Layer Layers embedding-size parse-layers]
  lstm-textgen.settings.sizing [choose-layers choose-tuning default-batch-size default-epochs
    default-unit most-epochs share-in-words]
  tests.helpers [new-settings])

(setv
  pytestmark pytest.mark.quick
  layers (st.lists :min-size 1 :max-size 9 (st.one-of
    (st.builds Layer (st.just "lstm") (st.integers 1 2048))
    (st.builds Layer (st.just "dropout") (st.floats 0 0.999)))))


(defn test-kinds-are-read-in-order []
  (assert (= (parse-layers " LSTM:512, dropout:0.2,lstm:256")
    #((Layer "lstm" 512) (Layer "dropout" 0.2) (Layer "lstm" 256))))
  (for [one [48 (np.int64 48) "48" (Layers [(Layer "lstm" 48)])]]
    (assert (= (parse-layers one) #((Layer "lstm" 48)))))
  (assert (= (parse-layers [128 64]) (parse-layers "lstm:128,lstm:64"))))


(defn [(given layers)] test-layers-written-as-text-are-read-again [layers]
  (setv layers (Layers layers))
  (when layers.recurrent
    (assert (= (parse-layers (str layers)) layers))))


(defn [(pytest.mark.parametrize "spec,part" [
    #("256,lstmm:3" "lstmm:3") #("256,x" "x") #("lstm:0" "lstm:0") #("lstm:-5" "lstm:-5")
    #("9,dropout:1" "dropout:1") #("9,dropout:nan" "dropout:nan") #("" "\"\"") #("256," "\"\"")
    #("dropout:0.5" "has no LSTM") #("lstm:99999999" "65536") #((.join "," (* ["1"] 65)) "64")
    #("256,gru:128" "\"gru:128\" is a GRU layer")
    #("lstm" "\"lstm\" is not a layer; write 256,") #("lstm:2.5" "not '2.5'")
    #([128 0] "\"0\" must have 1 to 65536 hidden units")
    #("48,dropout:x" "\"dropout:x\" needs a number after the colon, not 'x'")])]
    test-a-bad-layer-is-pointed-at [spec part]
  (with [error (pytest.raises ValueError)]
    (parse-layers spec))
  (assert (in part (str error.value)))
  (assert (not-in "\n" (str error.value))))


(defn test-an-embedding-grows-with-the-vocabulary-but-more-slowly []
  (assert (= (lfor size [2 16 65 96 166 500 5000] (embedding-size size))
    [16 16 65 96 96 125 256])))


;; * What is chosen

(defn choice [units [epochs 12] [minutes None] [unit "characters"] [speed 1]]
  (setv [[lstm #* dropout] _] (choose-layers units epochs minutes unit speed))
  #(lstm.size (if dropout (. (get dropout 0) size) 0)))


(defn test-a-faster-machine-brings-what-more-time-would []
  (assert (= (lfor speed [0.3 1 3] (choice 1_000_000 :minutes 3 :speed speed))
    [#(256 0.2) #(512 0.2) #(768 0.3)])))


(defn [(pytest.mark.parametrize #("units" "minutes" "size") [
    #(1_000_000 None 384) #(1_000_000 1 256) #(1_000_000 3 512) #(1_000_000 10 768)
    #(1_000_000 600 1024) #(100 None 256) #(90_000 None 256) #(90_000 1 384) #(90_000 3 768)
    #(4_500_000 None 384) #(4_500_000 3 256) #(4_500_000 7 512) #(100_000_000 30 768)
    #(2_500_000 60 1024) #(2_500_000 70 1536)])]
    test-more-time-and-a-smaller-text-bring-a-larger-network [units minutes size]
  (assert (= (get (choice units :minutes minutes) 0) size)))


(defn [(pytest.mark.parametrize #("units" "size") [
    #(2_428 256) #(5_900 256) #(11_000 384) #(20_000 512) #(27_000 768)])]
    test-a-small-text-never-brings-a-large-network [units size]
  (assert (= (get (choice units :minutes 600 :speed 9) 0) size))
  (assert (= (get (choice (int (* 0.45 units)) :minutes 600 :speed 9 :unit "pieces") 0) size)))


(defn [(pytest.mark.parametrize "unit" ["characters" "words"])
    (pytest.mark.parametrize "minutes" [None 1 10])
    (pytest.mark.parametrize "units" [4_500 90_000 1_000_000 10_000_000])]
    test-fewer-epochs-never-bring-a-larger-network [units minutes unit]
  (setv sizes (lfor epochs [1 2 3 9 30 0] (get (choice units epochs minutes unit) 0)))
  (assert (= sizes (sorted sizes))))


(defn [(pytest.mark.parametrize #("units" "epochs" "minutes" "dropout") [
    #(1_000_000 7 None 0.3) #(1_000_000 1 None 0) #(90_000 12 1 0.3) #(1_000_000 12 3 0.2)
    #(4_500_000 12 3 0) #(1_000_000 2 30 0.1) #(1_000_000 0 60 0.5) #(2_500_000 5 120 0.4)])]
    test-a-text-that-is-read-more-often-brings-more-dropout [units epochs minutes dropout]
  (assert (= (get (choice units epochs minutes) 1) dropout)))


(defn [(pytest.mark.parametrize #("chosen" "units" "unit" "epochs") [
    #(default-epochs 199_999 "characters" 9) #(default-epochs 200_000 "characters" 6)
    #(default-epochs 1000 "characters" 9) #(default-epochs 1_500_000 "characters" 5)
    #(default-epochs 100_000_000 "characters" 3) #(default-epochs 59_000 "words" 5)
    #(default-epochs 262_000 "words" 3) #(default-epochs 100_000_000 "words" 2)
    #(most-epochs 500_000 "characters" 9) #(most-epochs 100_000_000 "characters" 5)
    #(most-epochs 10_000_000 "words" 5)])]
    test-a-shorter-text-gets-more-epochs-and-words-and-minutes-fewer [chosen units unit epochs]
  (assert (= (chosen units unit) epochs)))


(defn [(pytest.mark.parametrize "length,distinct,minutes,unit" [
    [4_999_999 100 None "characters"]
    [5_000_000 100 None "pieces"]
    [5_000_000 100 1 "pieces"]
    [100_000_000 100 3 "pieces"]
    [100_000_000 100 1 "characters"]  ; reading by pieces would take most of the minute
    [1_000_000_000 500 None "pieces"]
    [1_000_000_000 3_000 None "characters"]])]  ; Chinese
    test-long-texts-are-learned-by-pieces-if-they-have-any-and-there-is-time
    [length distinct minutes unit]
  (assert (= (default-unit length distinct minutes) unit)))


(defn [(pytest.mark.parametrize #("units" "epochs" "minutes" "chosen") [
    #(19_000 5 None #(256 0.5)) #(59_000 5 1 #(256 0.5))
    #(262_000 3 None #(256 0.3))
    #(256_000 5 1 #(128 0.2)) #(256_000 5 3 #(256 0.5)) #(5_000_000 2 None #(256 0))])]
    test-words-bring-a-small-network-with-much-dropout [units epochs minutes chosen]
  (assert (= (choice units epochs minutes "words") chosen)))


(defn test-steps-are-larger-in-a-short-run-and-smaller-in-a-large-network []
  (assert (= (lfor [steps units] [[100 384] [2000 384] [9000 384] [9000 1024] [9000 1536]]
      (rate-factor (Clock None) steps units))
    (pytest.approx [1.5 (/ 800 768) 1 1 0.75]))))


(defn [(pytest.mark.parametrize #("units" "rows") [
    #(1 2) #(4_500 2) #(18_000 4) #(45_000 8) #(90_000 8) #(288_000 16) #(900_000 32)
    #(100_000_000 32)])]
    test-a-small-text-gets-a-small-batch [units rows]
  (assert (= (default-batch-size units) rows)))


;; * Fine-tuning

(defn tuning [#* arguments #** more]
  (setv chosen (choose-tuning #* arguments #** more))
  [chosen.epochs chosen.batch-size chosen.dropout chosen.before chosen.rate])


(defn [(pytest.mark.parametrize "units,chosen" [
    [9_000 [6 8 0.1 0.1 0.375]] [90_000 [6 16 0.1 0.1 0.375]] [600_000 [6 32 0.1 0.1 0.375]]
    [1_400_000 [3 32 0.1 0 0.375]] [10_000_000 [2 32 0.1 0 0.375]]])]
    test-a-familiar-text-is-read-a-few-times-with-little-dropout [units chosen]
  (assert (= (tuning units None {} :familiar True) chosen))
  (assert (= (tuning units 3 {} :familiar True) chosen)))


(defn [(pytest.mark.parametrize "units,minutes,chosen" [
    [90_000 None [9 8 0.4 0 1]] [90_000 3 [9 8 0.4 0 1]] [3_000_000 None [3 32 0.2 0 1]]
    [3_000_000 3 [3 32 0.0 0 1]]])]
    test-another-text-is-learned-like-a-new-language [units minutes chosen]
  (assert (= (tuning units minutes {} :familiar False :weights 2_000_000) chosen)))


(defn test-given-epochs-and-batch-size-hold-in-fine-tuning []
  (for [familiar [True False]]
    (setv [epochs rows #* _] (tuning 9_000 None {"epochs" 3  "batch_size" 7} familiar))
    (assert (= [epochs rows] [3 7]))))


;; * How much a run reads

(defn [(pytest.mark.parametrize "units,minutes,speed,words" [
    [300_000 2 (fn [_] 3000) ""]
    [1_000_000 2 (fn [_] 3000)
      "`minutes` 2 reads about 32% of this text; 6 minutes read all of it"]
    [300_000 0.5 (fn [_] 10_000)
      "`minutes` 0.5 reads about 50% of this text; 1 minute reads all of it"]
    [1_000_000_000 1 (fn [_] 3000)
      "`minutes` 1 reads about 1% of this text; 5,556 minutes read all of it"]
    ;; From five minutes on a larger network is chosen.
    [1_000_000 2 (fn [minutes] (if (< minutes 5) 4000 2000))
      "`minutes` 2 reads about 42% of this text; 9 minutes read all of it"]])]
    test-less-than-an-epoch-is-told-with-the-minutes-for-one [units minutes speed words]
  (assert (= (share-in-words units minutes speed) words)))


;; * What ends a run

(defn history [#* losses [text "a"]]
  "Return a history with these validation losses; None: nothing was held out."
  (lfor
    [n loss] (enumerate losses 1)
    {"epoch" n  "loss" 1.0  "text" text #** (if loss {"validation_loss" loss} {})}))


(defn [(pytest.mark.parametrize #("settings" "losses" "why") [
    #({"epochs" 3} [3 2 1] ["3 epochs done" "to continue, give `epochs` 4 or more"])
    #({"epochs" 4} [3 2 1] None)
    #({"epochs" 0} [3 2 1] None)
    #({"epochs" 9  "patience" 2} [3 1 2 2]
      [ "no better validation loss for 2 epochs"
        "to continue anyway, give `patience` 3 or more"])
    #({"epochs" 9  "patience" 3} [3 1 2 2] None)
    #({"epochs" 9  "patience" 0} [3 1 2 2] None)
    #({"epochs" 9  "patience" 2} [None None None] None)])]
    test-a-run-ends-by-its-epochs-or-its-patience [settings losses why]
  (setv said (why-done (new-settings settings) (history #* losses) "a"))
  (assert (= said (when why (tuple why)))))
