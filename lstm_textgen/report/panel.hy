#[[How a run looks while it lasts: what is trained, how far it is, its curves, and a sample.

It is drawn anew for each look at it, as wide and as high as there is room.]]

(import
  dataclasses [dataclass field]
  math [ceil]
  lstm-textgen.basics.terminal [visible]
  lstm-textgen.report.curve [draw-curves]
  lstm-textgen.report.plain [Plan duration])

(setv
  WIDEST 150      ; columns: a wider line is hard to follow
  SIDE-BY-SIDE 118  ; columns from which the sample stands beside the curves
  LABELS 6        ; columns of the curves' scale
  TRAINING "cyan"  ; these suit light and dark terminals alike
  VALIDATION "magenta"
  DONE "green")


(defclass [dataclass] View []
  #[[What there is to see of a run that does as `plan` says.

  - `activity`: what is being done now.
  - `title`: the epoch's name; `share`: how much of it is done; `progress`: of the run (0: no end).
  - `speed`: units a second; `left`: seconds that the run still takes, None if that is unknown.
  - `curve`: points #(epochs bits) of the training loss; `validated`: those of validation.
  - `sample`: what the model wrote last; `saved`: when it was saved, as a clock shows it.
  - `memory`: bytes of the process.]]
  #^ Plan plan
  (setv
    #^ str activity ""
    #^ str title ""
    #^ float share 0
    #^ float progress 0
    #^ float speed 0
    #^ object left None
    #^ list curve (field :default-factory list)
    #^ list validated (field :default-factory list)
    #^ str sample ""
    #^ str saved ""
    #^ int memory 0))


(defn draw-panel [view width height]
  "Return what rich shows of `view` (a `View`) in `width` columns and at most `height` lines."
  (import rich.console [Group] rich.padding [Padding] rich.table [Table])
  (setv
    width (min width WIDEST)
    inner (- width 2)
    wide (>= width SIDE-BY-SIDE)
    heading (_heading view inner)
    top [#* heading (_line "") (_bars view inner) (_line "")]
    rest (- height (len heading) 5)  ; and two bars, two blank lines, one of facts
    half (if wide (// (- inner 3) 2) inner)
    curves-height (min 14 (if wide (- rest 2) (- (// rest 2) 1)))
    curves (if (< curves-height 2) [] (_curves view half curves-height))
    sample (_sample view half (if wide
      (+ curves-height 2)
      (- rest curves-height 3))))
  (when wide
    (setv both (Table.grid :padding #(0 3 0 0)))
    (.add-column both :width half)
    (.add-column both :width half)
    (.add-row both (Group #* curves) (Group #* sample)))
  (Padding
    (Group
      #* top
      #* (if wide [both] [#* curves #* (if sample [(_line "") #* sample] [])])
      (_facts view))
    #(0 1)
    :expand False))


;; * Its parts, from the top

(defn _line [text [style ""]]
  "Return `text` as one line, which ends in an ellipsis where it is too long."
  (import rich.text [Text])
  (Text (visible text) :style style :no-wrap True :overflow "ellipsis"))


(defn _heading [view width]
  "Return the lines that say what is trained and why."
  (import rich.console [Console] rich.text [Text])
  (setv
    plan view.plan
    network (Text f"{plan.layers}{(if plan.why f": {plan.why}" "")}" :style "dim"))
  [ (_line f"{plan.source} → {plan.path}" "bold")
    (_line (.contents plan) "dim")
    #* (cut (.wrap network (Console :width width) width) 2)])


(defn _bars [view width]
  "Return the bars of the epoch and of the whole run, with what is left."
  (import rich.progress-bar [ProgressBar] rich.table [Table])
  (setv
    grid (Table.grid :padding #(0 2 0 0))
    bar-width (max 8 (- width 48)))
  (.add-column grid :min-width 11 :no-wrap True)
  (.add-column grid :width bar-width)
  (.add-column grid :justify "right" :min-width 4 :no-wrap True)
  (.add-column grid :no-wrap True :overflow "ellipsis")
  (defn bar [share]
    (ProgressBar :total 1 :completed share :width bar-width
      :complete-style DONE :finished-style DONE))
  (.add-row grid (_line view.title) (bar view.share) f"{view.share :.0%}"
    (if view.speed f"{view.speed :,.0f} {view.plan.unit}/s" ""))
  (if (or view.plan.epochs view.plan.seconds)
    (.add-row grid "whole run" (bar view.progress) f"{view.progress :.0%}"
      (if (is view.left None) "" f"{(duration view.left)} left"))
    (.add-row grid "whole run" (_line "until it is stopped: Ctrl-C" "dim") "" ""))
  grid)


(defn _curves [view width height]
  "Return the lines of the curves: their legend, `height` rows, and an axis."
  (import rich.text [Text])
  (setv
    curves [view.curve view.validated]
    columns (- width LABELS 1)
    values (lfor curve curves [_ y] curve y)
    low (if values (min values) 1)
    high (max (* 1.05 low) (if values (max values) 8))
    far (_far-end view)
    rows (draw-curves curves columns height #(0 far) #(low high))
    lines [(_legend view)])
  (for [[k row] (enumerate rows)]
    (setv
      label (cond (not values) "" (= k 0) f"{high :.2f}" (= k (- height 1)) f"{low :.2f}" True "")
      line (Text f"{label :>{(- LABELS 1)}} │" :style "dim" :no-wrap True))
    (for [[character index] row]
      (.append line character :style (cond
        (is index None) "" (= index 0) f"not dim {TRAINING}" True f"not dim {VALIDATION}")))
    (.append lines line))
  [#* lines (_axis far columns)])


(defn _far-end [view]
  "Return how many epochs the curves have room for."
  (setv last (if view.curve (get view.curve -1 0) 0))
  (cond
    (and view.plan.epochs (not view.plan.seconds)) (max view.plan.epochs last)
    (> view.progress 0.02) (max 1 last (ceil (/ last view.progress)))
    True (max 1 (ceil last))))


(defn _axis [far columns]
  "Return the line below the curves: epochs, from 0 to `far`."
  (setv words f"{far} {(if (= far 1) "epoch" "epochs")}")
  (_line (+ (* " " (+ LABELS 1)) "0" (.rjust words (- columns 1))) "dim"))


(defn _legend [view]
  "Return the line that says which curve is which, with their last values."
  (import rich.text [Text])
  (setv line (Text :no-wrap True :overflow "ellipsis"))
  (for [[name style curve] [["training" TRAINING view.curve]
                            ["validation" VALIDATION view.validated]]]
    (when curve
      (.append line "━ " :style style)
      (.append line f"{name} {(get curve -1 1) :.3f}  " :style "bold")))
  (.append line f"bits per {(.removesuffix view.plan.unit "s")}" :style "dim")
  line)


(defn _sample [view width height]
  "Return the lines of the sample, no more than `height` with their heading."
  (import rich.text [Text] rich.console [Console])
  (when (or (< height 2) (not view.sample))
    (return []))
  (setv
    console (Console :width width)
    text (Text (.expandtabs (visible view.sample) 4))
    lines (lfor line (.wrap text console (- width 2)) :if (.strip line.plain) line))
  [ (_line "It writes, always from the same seed:" "dim")
    #* (gfor
      line (cut lines (- height 1))
      (.append-text (Text "  " :no-wrap True :overflow "crop") line))])


(defn _facts [view]
  "Return the line at the bottom: what is being done, and what else is known."
  (setv facts [
    view.activity
    #* (if view.memory [f"{(/ view.memory 1e9) :.1f} GB of memory"] [])
    #* (if view.saved [f"saved at {view.saved}"] [])])
  (_line (.join "  ·  " (filter None facts)) "dim"))
