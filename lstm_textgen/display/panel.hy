"The contents of the live display: what is trained, progress, loss curves and a sample."

(eval-when-compile (require hyrule [doto]))
(import
  dataclasses [dataclass field]
  math [ceil log]
  rich.console [Console Group]
  rich.padding [Padding]
  rich.progress-bar [ProgressBar]
  rich.table [Column Table]
  rich.text [Text]
  lstm-textgen.basics.terminal [visible]
  lstm-textgen.basics.values [counted]
  lstm-textgen.display.plain [Plan duration])

(setv
  WIDEST 150      ; columns: a wider line is hard to follow
  SIDE-BY-SIDE 118  ; columns from which the sample appears beside the curves
  LABELS 6        ; columns of the curves' scale
  ;; Colors that suit light and dark terminals alike.
  STYLES {"training" "cyan"  "validation" "magenta"}
  DONE "green"
  NO-DOTS 0x2800  ; the braille pattern without a dot
  ;; The bit of each dot in a braille pattern, by its row and column.
  DOTS [[0x01 0x08] [0x02 0x10] [0x04 0x20] [0x40 0x80]])


(defclass [dataclass] View []
  "The state of a run with this `plan`."
  #^ Plan plan
  (setv
    ;; The points #(epochs bits) of losses, by the names in `STYLES`.
    #^ dict curves (field :default-factory (fn [] (dfor name STYLES name [])))
    #^ list lines (field :default-factory list)  ; those said
    #^ str activity ""   ; the current one
    #^ str title ""      ; the epoch's name …
    #^ float share 0     ; … and how much of it is done
    #^ float progress 0  ; share of the run that is done; 0: it is endless
    #^ float speed 0     ; units per second
    #^ object left None  ; seconds
    #^ str sample ""     ; the model's latest text
    #^ str saved ""      ; the clock time of the last save
    #^ int memory 0))    ; bytes


(defn draw-panel [view width height]
  "Return rich's rendering of `view` (a `View`) in `width` columns and at most `height` lines."
  (setv
    plan view.plan
    width (min width WIDEST)
    inner (- width 2)
    network (Text f"{plan.layers}{(if plan.why f" ({plan.why})" "")}" :style "dim")
    top [
      (_line f"{plan.source} → {plan.path}" "bold")
      (_line plan.contents "dim")
      #* (cut (.wrap network (Console :width inner) inner) 2)
      (_line "")
      (_bars view inner)
      (_line "")]
    facts [
      view.activity
      (when view.memory f"{(/ view.memory 1e9) :.1f} GB of memory")
      (when view.saved f"saved at {view.saved}")]
    rest (- height (len top) 2)  ; the bars have two lines, and the facts one
    wide (>= width SIDE-BY-SIDE)
    half (if wide (// (- inner 3) 2) inner)
    curves-height (min 14 (if wide (- rest 2) (- (// rest 2) 1)))
    curves (if (< curves-height 2) [] (_curves view half curves-height))
    sample (_sample view half (if wide (+ curves-height 2) (- rest curves-height 3))))
  (+= top (if wide
    [(doto
      (Table.grid (Column :width half) (Column :width half) :padding #(0 3 0 0))
      (.add-row (Group #* curves) (Group #* sample)))]
    [#* curves #* (if sample [(_line "") #* sample] [])]))
  (Padding (Group #* top (_line (.join "  ·  " (filter None facts)) "dim")) #(0 1) :expand False))


;; * Its parts, from the top

(defn _line [text [style ""]]
  "Return `text` as one line, truncated with an ellipsis if it is too long."
  (Text (visible text) :style style :no-wrap True :overflow "ellipsis"))


(defn _bars [view width]
  "Return the bars of the epoch and of the whole run, with the time left."
  (setv
    bar-width (max 8 (- width 48))
    bar (fn [share]
      [(ProgressBar 1 share bar-width :complete-style DONE :finished-style DONE) f"{share :.0%}"])
    speed (if view.speed f"{view.speed :,.0f} {view.plan.unit}/s" "")
    left (if (is view.left None) "" f"{(duration view.left)} left"))
  (doto
    (Table.grid
      (Column :min-width 11 :no-wrap True)
      (Column :width bar-width)
      (Column :justify "right" :min-width 4 :no-wrap True)
      (Column :no-wrap True :overflow "ellipsis")
      :padding #(0 2 0 0))
    (.add-row (_line view.title) #* (bar view.share) speed)
    (.add-row "whole run" #* (if (or view.plan.epochs view.plan.seconds)
      [#* (bar view.progress) left]
      [(_line "until Ctrl-C" "dim")]))))


(defn _curves [view width height]
  "Return the lines of the curves: their legend, `height` rows, and an axis."
  (setv
    curves (.values view.curves)
    training (get view.curves "training")
    columns (- width LABELS 1)
    values (lfor curve curves [_ y] curve y)
    low (if values (min values) 1)
    high (max (* 1.05 low) (if values (max values) 8))
    last (if training (get training -1 0) 0)
    far (cond  ; epochs on the axis
      (and view.plan.epochs (not view.plan.seconds)) (max view.plan.epochs last)
      (> view.progress 0.02) (max 1 last (ceil (/ last view.progress)))
      True (max 1 (ceil last)))
    labels [f"{high :.2f}" #* (* [""] (- height 2)) f"{low :.2f}"]
    styles {None "" #** (dict (enumerate (.values STYLES)))})
  [ (Text.assemble
      #* (gfor
        [name curve] (.items view.curves)
        :if curve
        part [#("━ " (get STYLES name)) #(f"{name} {(get curve -1 1) :.3f}  " "bold")]
        part)
      #("bits per character" "dim")
      :no-wrap True :overflow "ellipsis")
    #* (gfor
      [label row] (zip labels (draw-curves curves columns height #(0 far) #(low high)))
      (Text.assemble #(f"{(if values label "") :>{(- LABELS 1)}} │" "dim")
        #* (gfor [character index] row #(character (get styles index)))
        :no-wrap True))
    (_line (+ (* " " (+ LABELS 1)) "0" (.rjust (counted far "epochs") (- columns 1))) "dim")])


(defn _sample [view width height]
  "Return the lines of the sample, at most `height` with their heading."
  (when (or (< height 2) (not view.sample)) (return []))
  (setv
    text (Text (.expandtabs (visible view.sample) 4))
    lines (.wrap text (Console :width width) (- width 2)))
  [ (_line "Sample, always with the same random seed:" "dim")
    #* (gfor
      line (cut (lfor line lines :if (.strip line.plain) line) (- height 1))
      (.append-text (Text "  " :no-wrap True :overflow "crop") line))])


;; * Curves in braille patterns, which give a terminal's cell 2 × 4 dots

(defn draw-curves [curves width height x-range y-range]
  #[[Return the drawing of `curves` as `height` rows of `width` cells, #(character index) each.

  A curve is a list of points #(x y), drawn as a line; `index` is that of the last curve with a dot
  in the cell, or None. The ranges are #(least most); y is on a logarithmic scale, since losses
  fall fast at first. Points outside are drawn at the edge.]]
  (setv
    [left right] x-range
    [low high] (map log y-range)
    cells (lfor _ (range height) (lfor _ (range width) [NO-DOTS None])))
  (defn nearest [share n]  ; index from 0 to below `n`
    (max 0 (min (- n 1) (round (* share (- n 1))))))
  (defn dot [x y]  ; #(column row), counted from the top left
    (setv up (/ (- (log (max y 1e-9)) low) (or (- high low) 1)))
    #((nearest (/ (- x left) (or (- right left) 1)) (* 2 width))
      (nearest (- 1 up) (* 4 height))))
  (for [[index curve] (enumerate curves)
        [column row] (_dots-of (lfor point curve (dot #* point)))]
    (setv
      [line k] [(get cells (// row 4)) (// column 2)]
      dots (| (get line k 0) (get DOTS (% row 4) (% column 2)))
      (get line k) [dots index]))
  (lfor line cells (lfor [dots index] line #((if (= dots NO-DOTS) " " (chr dots)) index))))


(defn _dots-of [dots]
  "Yield the dots of the polyline through `dots`, #(column row) each."
  (for [[[u v] [x y]] (zip [#* (cut dots 1) #* dots] dots)]
    (setv steps (max 1 (abs (- x u)) (abs (- y v))))
    (for [n (range 1 (+ steps 1))  :setv share (/ n steps)]
      (yield #((round (+ u (* (- x u) share))) (round (+ v (* (- y v) share))))))))
