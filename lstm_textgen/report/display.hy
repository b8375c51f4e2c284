#[[What a training run shows on a terminal: a live picture of it, and at its end plain lines.]]

(eval-when-compile (require hyrule [unless]))
(import
  sys
  textwrap [wrap]
  time
  lstm-textgen.basics.machine [MB memory]
  lstm-textgen.basics.terminal [Tolerant]
  lstm-textgen.report.panel [View draw-panel]
  lstm-textgen.report.plain [Report put-line]
  lstm-textgen.writing.scoring [bits])

(setv
  WITH-NAME 76   ; columns of a terminal where a download's bar has its name
  POINTS 300     ; of a curve at most, before every second one is dropped
  REFRESH 2      ; times a second that the picture is drawn anew
  KEPT 200)      ; lines of a run that stay on the screen at its end


(defn lively? []
  #[[Return whether standard output is a terminal that can show a live picture.

  One that can't move its cursor (TERM=dumb) or has no Unicode can't. Where NO_COLOR is set, rich
  leaves colours out.]]
  (unless (.isatty (Tolerant sys.stdout))
    (return False))
  (setv console (_console))
  (and
    console.is-terminal
    (not console.is-dumb-terminal)
    (not console.options.ascii-only)))


(defn _console []
  "Return a console of rich's on standard output, which goes on when that is gone."
  (import rich.console [Console])
  (Console :file (Tolerant sys.stdout) :highlight False :markup False :emoji False))


(defclass Display [Report]
  #[[A `Report` that shows a picture while it lasts; its lines come when that has gone.

  A download before it has a bar.]]

  (defn __init__ [self [words str]]
    (.__init__ (super) words)
    (setv
      self.live None   ; what moves: a bar of rich's, or a picture
      self.view None   ; what the picture shows; None before it begins
      self.lines []))  ; to be shown at its end

  (defn say [self text]
    (if self.view
      (.append self.lines text)
      (.say (super) text)))

  (defn doing [self text]
    (if self.view
      (do
        (setv self.view.activity text)
        (.refresh self))
      (.say self text)))

  ;; * Downloads

  (defn begin-download [self url total]
    (setv self.live (_download-bar))
    (.start self.live)
    (setv self.task (.add-task self.live "downloading"
      :total total
      :name (cut url -24 None)
      :size "")))

  (defn download [self url done total]
    (.download (super) url done total)
    (when self.live
      (.update self.live self.task :completed done :total total :size (_size done total))))

  ;; * The run

  (defn begin-run [self plan]
    (.end-bar self)
    (setv
      self.view (View plan)
      self.epochs (len plan.losses)  ; that the curves have so far
      self.started None)
    (.begin-run (super) plan)
    (for [[k losses] (enumerate plan.losses 1)]
      (._note-losses self k #* losses))
    (setv self.live (.start-live self)))

  (defn start-live [self]
    "Begin to show the picture; return what shows it."
    (import rich.live [Live])
    (setv
      console (_console)
      self.size console.size
      live (Live
        :console console
        :get-renderable (fn [] (._draw self console))
        :refresh-per-second REFRESH
        :transient True
        :redirect-stderr (.isatty (Tolerant sys.stderr))))
    (.start live :refresh True)
    live)

  (defn _draw [self console]
    "Return the picture for the size that the terminal has now."
    (import rich.control [Control])
    (unless (= console.size self.size)  ; what was drawn before has moved
      (setv self.size console.size)
      (.control console (Control.clear) (Control.home)))
    (setv self.view.memory (memory))
    (draw-panel self.view console.width (- console.height 1)))

  (defn refresh [self]
    "Show what is new at once."
    (when self.live
      (.refresh self.live)))

  (defn begin-epoch [self epoch epochs units done]
    (.begin-epoch (super) epoch epochs units done)
    (setv
      self.units units
      self.number (- epoch 1)
      self.mark None  ; how far the curve is: #(units done, sum of their losses)
      self.view.title self.title
      self.view.share (/ done units)))

  (defn step [self done loss [progress 0]]
    (.step (super) done loss progress)
    (setv
      view self.view
      view.activity "training"
      view.share (/ done self.units)
      view.speed (if (> self.last self.ready) (.speed self) 0)
      view.progress progress
      view.left (._time-left self progress))
    (._note-loss self done loss))

  (defn _time-left [self progress]
    "Return how many seconds the run still takes, or None if that is not known."
    (unless self.started
      (setv self.started #((time.monotonic) progress)))
    (setv
      [begun before] self.started
      gained (- progress before))
    (when (> gained 0)
      (/ (* (- (time.monotonic) begun) (- 1 progress)) gained)))

  (defn _note-loss [self done loss]
    "Add the loss since the last point to the curve, if that is far enough away."
    (unless self.mark
      (setv self.mark #(done (* done loss))))
    (setv
      [before total] self.mark
      curve self.view.curve
      place (+ self.number (/ done self.units))
      span (/ (or self.view.plan.epochs 1) POINTS))
    (when (>= (- done before) (max 1 (* span self.units)))
      (.append curve #(place (bits (/ (- (* done loss) total) (- done before)))))
      (setv self.mark #(done (* done loss)))
      (when (> (len curve) (* 2 POINTS))
        (del (cut curve 1 -1 2)))))

  (defn end-epoch [self entry better sample]
    (.end-epoch (super) entry better sample)
    (setv
      self.epochs (+ self.number 1)
      self.view.sample sample)
    (._note-losses self self.epochs None (.get entry "validation_loss"))
    (.refresh self))

  (defn _note-losses [self place training validation]
    "Add the losses in nats, where they aren't None, to the curves after so many epochs."
    (for [[curve loss] [[self.view.curve training] [self.view.validated validation]]]
      (unless (is loss None)
        (.append curve #(place (bits loss))))))

  (defn saved [self]
    (when self.view
      (setv self.view.saved (time.strftime "%H:%M:%S"))))

  (defn end-bar [self]
    (when self.live
      (setv
        view self.view
        lines self.lines)
      (when view
        (setv view.activity ""))
      (.stop self.live)
      (setv
        self.live None
        self.view None
        self.lines [])
      (when view
        (.leave-history self (cut lines (- KEPT) None) view.sample))))

  (defn leave-history [self lines sample]
    "Show what stays on the screen when the picture has gone: the `lines` of the run, a `sample`."
    (for [line lines]
      (.say self line))
    (when sample
      (.say self "It writes:")
      (for [line (.split sample "\n")
            part (or (wrap line (- (. (_console) width) 5)) [""])]
        (put-line sys.stdout f"    {part}")))))


(defn _size [done total]
  "Return in words how many bytes are `done`, of `total` (None: unknown)."
  (setv of (if total f"/{(/ total MB) :.1f}" ""))
  f"{(/ done MB) :.1f}{of} MB")


(defn _download-bar []
  #[[Return a bar that counts megabytes, with the name of the download where there is room.

  It vanishes when all have arrived.]]
  (import rich.progress [BarColumn Progress TextColumn TimeRemainingColumn])
  (setv
    console (_console)
    narrow (< console.width WITH-NAME))
  (Progress
    (TextColumn
      (if narrow "{task.description}" "{task.description} {task.fields[name]}")
      :markup False)
    (BarColumn (if narrow 8 20))
    (TextColumn "{task.fields[size]}")
    (TimeRemainingColumn)
    :console console
    :transient True))
