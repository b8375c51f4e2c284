"The tab About: what a page says of a model's training, and writes at three temperatures."

(import
  json
  keras
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.pages [playground :as module]
  lstm-textgen.pages.about [training-of]
  lstm-textgen.textmodel [load]
  tests.browser [flaws halved-model open-page wait-for-end wait-until written]
  tests.helpers [FINGERPRINT block-of counting packed-on page-of train-tiny])

(setv
  CALIBRATION [[90 0.15 0.2] [80 0.35 0.3] [40 0.65 0.6]]
  SAMPLED "document.querySelectorAll('#about .samples figure').length === ")


(defn whole-model [[epochs 3] #** options]
  "Return a model with everything that a file has of its training."
  (setv
    model (halved-model #** options)
    model.history (lfor
      k (range 1 (+ epochs 1))
      { "epoch" k  "loss" (/ 2 k)  "validation_loss" (/ 2.2 k)  "text" FINGERPRINT
        "learning_rate" (/ 0.008 k)  "seconds" 60.0  "sample" "a sample <b>"
        "machine" "a processor, 2 cores"})
    model.evaluation {"epoch" epochs  "calibration" CALIBRATION})
  model)


(defn open-about [page [samples 3]]
  (.click page "#tab-about")
  (wait-until page (+ SAMPLED (str samples))))


;; * What the program says

(defn whys [#** options]
  "Return why each setting of a model with these `options` is as it is: a dict."
  (dfor
    [name value why] (get (training-of "m" (whole-model #** options)) "settings")
    name [value (get (.split why "; ") 0)]))


(defn test-each-setting-has-a-reason []
  (setv found (whys :why "about 9 epochs" :batch-size 2 :patience 7))
  (for [[name reason] (.items {
      "layers" ["lstm:12" "about 9 epochs"]  "batch size" ["2" "the default for 13 characters"]
      "patience" ["7" "given"]  "lower" ["no" "the default"]  "lookback" ["64" "the default"]
      "stride" ["64" "the default: the lookback"]})]
    (assert (= (get found name) reason) name))
  (assert (not-in "max words" found)))


(defn test-only-a-base-that-was-used-explains-settings []
  (for [[record used?] [["b:1" True] ["b:unused" False]]]
    (setv [_ why] (get (whys :base record) "epochs"))
    (assert (= (in "fine-tuning" why) used?))))


(defn [(pytest.mark.parametrize #("options" "command") [
    #({"title" "my lamp"  "patience" 7}
      "--sources 'my lamp.txt' --model m --layers lstm:12 --epochs 50 --patience 7")
    #({"lower" True  "temperature" [0.5 1]  "epochs" 9}
      "--sources text.txt --model m --lower --layers lstm:12 --temperature 0.5,1")
    #({"base" "english:0f"} "--sources text.txt --model m --from english")])]
    test-a-command-trains-such-a-model [options command]
  (setv said (get (training-of "m" (whole-model #** options)) "command"))
  (assert (.startswith said f"lstm-textgen {(get (.split command " --layers") 0)}"))
  (for [part (cut (.split command " --") 1 None)] (assert (in f" --{part}" said))))


(defn test-a-recipe-has-steps-so-no-command-stands-for-it []
  (assert (= (get (training-of "m" (whole-model :recipe "mine")) "command") "")))


(defn [(pytest.mark.parametrize #("evaluation" "shown") [
    #({"epoch" 3  "calibration" CALIBRATION} CALIBRATION)
    #({"epoch" 2  "calibration" CALIBRATION} [])  ; of weights that were not kept
    #({"epoch" 3  "calibration" [[19 0.1 0.2] #* (cut CALIBRATION 2)]} [])
    #(None [])])]
    test-a-calibration-is-that-of-the-weights-and-of-enough-predictions [evaluation shown]
  (setv model (whole-model))
  (setv model.evaluation evaluation)
  (assert (= (get (training-of "m" model) "calibration") shown)))


(defn [counting] test-a-page-is-made-while-a-run-trains-the-model [tmp-path]
  (setv
    page (/ tmp-path "run.html")
    path (/ tmp-path "model.h5")
    passes [])
  (defn make [epoch #* _]
    (when epoch
      (assert (= 0 (main ["--page" (str page) "--model" (str path)])))
      (setv [facts] (json.loads (block-of (.read-text page :encoding "utf-8") "facts")))
      (.append passes (len (get facts "record" "history")))))
  (train-tiny tmp-path :epochs 3
    :callbacks [(keras.callbacks.LambdaCallback :on-epoch-begin make)])
  (assert (= passes [1 2]))
  (setv model (. (load path) checkpoint))
  (assert (= (len (get model.evaluation "calibration")) 10)))


;; * What the tab shows

(defn test-the-tab-has-curves-reasons-and-the-command [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (whole-model :title "<b>lamp</b>")))]
    (open-about page)
    (assert (= (.count (.locator page "#about .chart path")) 4))  ; the ideal, too
    (setv text (.inner-text page "#about"))
    (for [words ["This machine has read 13 characters of <b>lamp</b>." "what it read 0.962"
        "How often it was right, by how sure it was" "Every pass in numbers"
        "What it is made of" "Every setting, and why" "--sources '<b>lamp</b>.txt' --model"]]
      (assert (in words text) words))
    (.click page "#about summary:has-text('why')")
    (wait-until page "document.querySelector('#about').innerText.includes('windows per')")
    (assert (= (flaws page) []))))


(defn [(pytest.mark.parametrize #("losses" "words") [
    #([[2 2.1] [1.9 2]] "it learned rules rather than passages by heart")
    #([[2 2.1] [1 2]] "it knows some of its text by heart")
    #([[2 2.1] [1 2] [0.5 2.4]] "After pass 2, the hidden part surprised it more again")])]
    test-the-tab-says-whether-it-learned-by-heart [browser tmp-path losses words]
  (setv model (whole-model (len losses)))
  (for [[entry [loss validation]] (zip model.history losses)]
    (.update entry {"loss" loss  "validation_loss" validation}))
  (with [page (open-page browser (page-of tmp-path model))]
    (open-about page)
    (assert (in words (.inner-text page "#about")))))


(defn test-samples-are-the-same-each-time-and-leave-other-texts-alone [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (whole-model)) "#seed=The&rng_seed=4&fast=1")]
    (wait-for-end page)
    (setv before (written page))
    (open-about page)
    (setv samples (.all-inner-texts (.locator page ".samples .text")))
    (assert (> (min (map len samples)) 200))
    (assert (= 3 (len (set samples))))
    (.select-option page "#language" "de")
    (assert (in "Wie gelernt, mit " (.inner-text page "#about")))
    (.click page "#tab-write")
    (assert (= (written page) before))
    (.reload page)
    (open-about page)
    (assert (= samples (.all-inner-texts (.locator page ".samples .text"))))))


(defn test-samples-of-a-list-are-items [browser tmp-path]
  (setv model (whole-model :items "line" :text "Ann\nBea\n" :odds {"\n" 9}))
  (with [page (open-page browser (page-of tmp-path model))]
    (open-about page)
    (assert (= (* [8] 3) (lfor
      text (.all-text-contents (.locator page ".samples .text"))
      (len (.split text "\n")))))))


(defn test-two-models-are-compared [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (whole-model) (whole-model 5)))]
    (open-about page 6)
    (assert (= (.count (.locator page "#about-both path")) 2))
    (setv text (.inner-text page "#about-both"))
    (assert (in "model 0: 1.06; model 1: 0.63." text))
    (assert (= (flaws page) []))))


(defn test-a-model-too-large-for-a-page-has-this-tab-alone [browser tmp-path monkeypatch]
  (.setattr monkeypatch module "MOST_WEIGHTS" 100)
  (setv
    models [(whole-model :names "Kowalski") (whole-model 2)]
    path (page-of tmp-path #* models)
    page (.read-text path :encoding "utf-8"))
  (assert (not-in "weights-0" page))
  (assert (not-in "Kowalski" page))
  (assert (not-in "kernels" (packed-on page)))
  (with [page (open-page browser path)]
    (assert (= (.count (.locator page ".chart")) 5))
    (for [words ["too large for a page" "model 0: 1.06" "Every setting, and why"]]
      (assert (in words (.inner-text page "body")) words))
    (assert (= (flaws page) []))
    (.select-option page "#language" "fr")
    (assert (in "Ce qui a été entraîné ici" (.inner-text page "body")))))
