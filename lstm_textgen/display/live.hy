"The live display of a training run on a terminal: progress, curves, a sample."

(eval-when-compile (require hyrule [doto meth ncut unless]))
(import
  math [ceil]
  sys
  textwrap [wrap]
  time
  numpy :as np
  rich.console [Console Group]
  rich.constrain [Constrain]
  rich.control [Control]
  rich.live [Live]
  rich.padding [Padding]
  rich.progress [BarColumn Progress TaskProgressColumn TextColumn TimeRemainingColumn]
  rich.table [Column Table]
  rich.text [Text]
  lstm-textgen.basics.machine [memory]
  lstm-textgen.basics.terminal [Tolerant put visible]
  lstm-textgen.basics.values [counted]
  lstm-textgen.display.plain [Display duration megabytes]
  lstm-textgen.modelfile.history [bits losses-of])

(setv
  POINTS 300     ; of a curve; beyond, every second one is dropped
  REFRESH 2      ; times per second that the display is redrawn
  LINES-KEPT 200  ; lines of a run that stay on the screen at its end
  WIDEST 150      ; columns: a wider line is hard to follow
  SIDE-BY-SIDE 118  ; columns from which the sample appears beside the curves
  LABELS 6        ; columns of the curves' scale
  HIGHEST 14      ; lines of the curves
  ;; Colors that suit light and dark terminals alike.
  STYLES {"training" "cyan"  "validation" "magenta"}
  DONE "green"
  NO-DOTS 0x2800  ; the braille pattern without a dot
  ;; The bit of each dot in a braille pattern, by its row and column (4, 1, 2).
  DOTS (np.array [[[0x01 0x08]] [[0x02 0x10]] [[0x04 0x20]] [[0x40 0x80]]]))


(defn lively? []
  "Return whether standard output is a terminal with cursor movement and Unicode."
  (setv console (_console))
  (and console.is-terminal (not console.is-dumb-terminal) (not console.options.ascii-only)))


(defn _console []
  "Return a rich console on standard output that survives the loss of standard output."
  (Console :file (Tolerant sys.stdout) :highlight False :markup False :emoji False))


(defclass LiveDisplay [Display]
  "A `Display` with a live display of the run, or a download's bar; its lines come afterwards."

  (setv
    live None  ; what moves: rich's bar or live display
    plan None  ; of the run that it shows
    memory 0)  ; bytes

  (meth say [text]
    (if @plan (.append @lines text) (.say (super) text)))

  (meth doing [text]
    (unless @plan (return (@say text)))
    (setv @activity text)
    (.refresh @live))

  (meth begin-download [url total]
    (.begin-download (super) url total)
    (setv
      @live (Progress (BarColumn 20) (TextColumn "{task.fields[size]}") (TimeRemainingColumn)
        :console (_console) :transient True)
      @task (.add-task @live "" :total total :size ""))
    (.start @live))

  (meth show-download [done total]
    (if @live
      (.update @live @task :completed done :total total :size (megabytes done total))
      (.show-download (super) done total)))

  (meth begin-run [plan]
    (@end-bar)
    (setv
      @plan plan
      [@lines @activity @sample @saved-at] [[] "" "" ""]
      @started None  ; #(time progress) after the first step
      ;; The points #(epochs bits) of each loss.
      @curves (dfor
        name STYLES
        name (lfor [k each] (enumerate plan.losses 1) :if (in name each) #(k (get each name))))
      @bars (Progress
        (TextColumn "{task.description}")
        (BarColumn None :complete-style DONE :finished-style DONE :pulse-style DONE)
        (TaskProgressColumn "{task.percentage:>3.0f}%")
        (TextColumn "{task.fields[note]}")
        :expand True)
      @epoch (.add-task @bars "" :total 1 :note "")
      endless? (not (or plan.epochs plan.seconds))
      @whole (.add-task @bars "whole run" :total (if endless? None 1)
        :note (if endless? "until Ctrl-C" "")))
    (.begin-run (super) plan)
    (setv @live (@start-live)))

  (meth start-live []
    "Start the live display; return what shows it."
    (setv
      console (_console)
      @size console.size)
    (doto
      (Live
        :console console :get-renderable (fn [] (@_draw-on console))
        :refresh-per-second REFRESH :transient True
        :redirect-stderr (.isatty (Tolerant sys.stderr)))
      (.start :refresh True)))

  (meth _draw-on [console]
    "Return the display for the current size of the terminal."
    (unless (= console.size @size)  ; the previous drawing has moved
      (setv @size console.size)
      (.control console (Control.clear) (Control.home)))
    (setv @memory (memory))
    (@draw console.width (- console.height 1)))

  (meth begin-epoch [epoch epochs units done]
    (.begin-epoch (super) epoch epochs units done)
    (setv
      [@units @number] [units (- epoch 1)]
      @mark None)  ; the curve's last point: #(units done, sum of their losses)
    (.update @bars @epoch :description @title :completed (/ done units)))

  (meth step [done loss [progress 0]]
    (.step (super) done loss progress)
    (setv
      now (time.monotonic)
      @started (or @started #(now progress))
      [begun before] @started
      @activity "training"
      ;; The curve gets the loss since its last point, if that is far enough away.
      total (* done loss)
      @mark (or @mark #(done total))
      [marked total-before] @mark
      curve (get @curves "training")
      span (/ (or @plan.epochs 1) POINTS))
    (.update @bars @epoch :completed (/ done @units) :note (.rstrip (@speed)))
    (when (> progress before)
      (setv left (/ (* (- now begun) (- 1 progress)) (- progress before)))
      (.update @bars @whole :completed progress :note f"{(duration left)} left"))
    (when (>= (- done marked) (max 1 (* span @units)))
      (.append curve
        #((+ @number (/ done @units)) (bits (/ (- total total-before) (- done marked)))))
      (setv @mark #(done total))
      (when (> (len curve) (* 2 POINTS)) (del (cut curve 1 -1 2)))))

  (meth end-epoch [entry better sample]
    (.end-epoch (super) entry better sample)
    (setv
      @sample sample
      loss (.get (losses-of entry) "validation"))
    (when loss (.append (get @curves "validation") #((+ @number 1) loss)))
    (.refresh @live))

  (meth saved []
    (setv @saved-at (time.strftime "%H:%M:%S")))

  (meth end-bar []
    (when @live
      (setv @activity "")
      (.stop @live)
      (setv [plan @plan @live] [@plan None None])
      (when plan (@leave-history))))

  (meth leave-history []
    "Show what stays after the live display: the lines of the run and its latest sample."
    (for [line (cut @lines (- LINES-KEPT) None)] (@say line))
    (when @sample
      (@say "Sample:")
      (for [line (.split @sample "\n")
            part (or (wrap line (- (. (_console) width) 5)) [""])]
        (put (Tolerant sys.stdout) f"    {part}\n"))))

  ;; * The drawing, from the top

  (meth draw [width height]
    "Return rich's rendering of the run in `width` columns and at most `height` lines."
    (setv
      plan @plan
      inner (- (min width WIDEST) 2)
      wide (>= width SIDE-BY-SIDE)
      half (if wide (// (- inner 3) 2) inner)
      free (- height 8)  ; lines for the curves and the sample
      rows (min HIGHEST (if wide (- free 2) (- (// free 2) 1)))
      curves (if (< rows 2) [] (@_curves half rows))
      sample (@_sample half (if wide (+ rows 2) (- free (len curves) 1)))
      facts [
        @activity
        (when @memory f"{(/ @memory 1e9) :.1f} GB of memory")
        (when @saved-at f"saved at {@saved-at}")])
    (Padding :pad #(0 1) :expand False (Group
      (_line f"{plan.source} → {plan.path}" "bold")
      (_line plan.contents "dim")
      (_line f"{plan.layers}{(if plan.why f" ({plan.why})" "")}" "dim")
      (_line "")
      (Constrain @bars inner)
      (_line "")
      #* (if wide
        [(doto
          (Table.grid (Column :width half) (Column :width half) :padding #(0 3 0 0))
          (.add-row (Group #* curves) (Group #* sample)))]
        [#* curves #* (if sample [(_line "")] []) #* sample])
      (_line (.join "  ·  " (filter None facts)) "dim"))))

  (meth _curves [width height]
    "Return the lines of the curves: their legend, `height` rows, and an axis."
    (setv
      columns (- width LABELS 1)
      curves (dfor [name curve] (.items @curves) :if curve name curve)
      values (lfor curve (.values curves) [_ y] curve y)
      low (max 0.001 (min values :default 1))
      high (max (* 1.05 low) (max values :default 8))
      [last _] (get [#(0 0) #* (get @curves "training")] -1)
      progress (. (get @bars.tasks @whole) completed)
      far (cond  ; epochs on the axis
        (and @plan.epochs (not @plan.seconds)) (max @plan.epochs last)
        (> progress 0.02) (max 1 last (ceil (/ last progress)))
        True (max 1 (ceil last)))
      labels (if values [f"{high :.2f}" #* (* [""] (- height 2)) f"{low :.2f}"] (* [""] height))
      dots (np.zeros #(height columns) int)
      styles (np.full dots.shape "" object))
    (for [[name curve] (.items curves)]
      (setv
        drawn (draw-curve curve #* dots.shape far low high)
        dots (| dots drawn)
        styles (np.where drawn (get STYLES name) styles)))
    [ (Text.assemble :no-wrap True :overflow "ellipsis"
        #* (gfor
          [name curve] (.items curves)
          part [#("━ " (get STYLES name)) #(f"{name} {(get curve -1 1) :.3f}  " "bold")]
          part)
        #("bits per character" "dim"))
      #* (gfor
        [label row own] (zip labels dots styles)
        (Text.assemble :no-wrap True #(f"{label :>{(- LABELS 1)}} │" "dim")
          #* (zip (map chr (np.where row (+ NO-DOTS row) (ord " "))) own)))
      (_line (+ (* " " (+ LABELS 1)) "0" (.rjust (counted far "epochs") (- columns 1))) "dim")])

  (meth _sample [width height]
    "Return the lines of the sample, at most `height` with their heading."
    (when (or (< height 2) (not @sample)) (return []))
    (setv
      text (Text (.expandtabs (visible @sample) 4))
      lines (lfor line (.wrap text (Console :width width) (- width 2)) :if line.plain line))
    [ (_line "Sample, always with the same random seed:" "dim")
      (Padding (Group #* (cut lines (- height 1))) #(0 0 0 2))]))


(defn _line [text [style ""]]
  "Return `text` as one line, truncated with an ellipsis if it is too long."
  (Text (visible text) :style style :no-wrap True :overflow "ellipsis"))


(defn draw-curve [curve height width right low high]
  #[[Return the drawing of `curve` in braille patterns, numbers (height, width); 0 has no dot.

  `curve` is a list of points #(x y), with x from 0 to `right`, and y from `low` to `high` on a
  logarithmic scale, since losses fall fast at first. Columns of dots are joined by lines.]]
  (setv
    [x y] (np.transpose curve)
    [places step] (np.linspace 0 right (* 2 width) :retstep True)  ; of the columns of dots
    share (/ (np.log (/ high (np.clip y low high))) (np.log (/ high low)))
    ends (np.rint (* (- (* 4 height) 1) (np.interp places x share)))  ; rows of dots, from the top
    begins (np.append (cut ends 1) (cut ends -1))
    rows (ncut (np.arange (* 4 height)) : None)
    dots (&
      (| (= rows ends) (< (* (- rows begins) (- rows ends)) 0))
      (< (- (get x 0) step) places) (< places (+ (get x -1) step))))
  (.sum (* (.reshape dots height 4 width 2) DOTS) :axis #(1 3)))
