"The schedule of a run: its clock, and what ends it."

(import
  time
  pytest
  lstm-textgen.learning.schedule [Clock why-done]
  lstm-textgen.settings.models [new-settings])

(setv pytestmark pytest.mark.quick)


(defn history [#* losses [text "a"]]
  "Return a history with these validation losses; None: nothing was held out."
  (lfor
    [n loss] (enumerate losses 1)
    {"epoch" n  "loss" 1.0  "text" text #** (if loss {"validation_loss" loss} {})}))


(defn test-time-is-kept-free-for-validation [monkeypatch]
  (setv seconds 0)
  (.setattr monkeypatch time "monotonic" (fn [] seconds))
  (setv clock (Clock 60))
  (while (< (.progress clock) 1)
    (+= seconds 1)
    (.note-step clock 50))  ; steps of a second: those of validation will take 20, the rest 3
  (assert (= seconds 37))
  (.note-end clock 10)      ; it took 10
  (assert (< (.progress clock) 1)))


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
