"The live display of a training run, on a terminal or in a notebook."

(eval-when-compile (require hyrule [doto unless]))
(import
  io [StringIO]
  sys
  textwrap [wrap]
  time
  rich.console [Console]
  rich.control [Control]
  rich.live [Live]
  rich.progress [BarColumn Progress TextColumn TimeRemainingColumn]
  rich.terminal-theme [TerminalTheme]
  lstm-textgen.basics.machine [memory]
  lstm-textgen.basics.terminal [Tolerant]
  lstm-textgen.modelfile.history [bits losses-of]
  lstm-textgen.report.panel [View draw-panel]
  lstm-textgen.report.plain [Report megabytes put-line])

(setv
  WITH-NAME 76   ; columns of a terminal from which a download's bar shows its name
  POINTS 300     ; of a curve; beyond, every second one is dropped
  REFRESH 2      ; times per second that the display is redrawn
  KEPT 200       ; lines of a run that stay on the screen at its end
  ;; In a notebook.
  SIZE [100 32]  ; columns and lines of the display
  PAUSE 1        ; seconds between refreshes
  FORMAT (+ "<pre style=\"line-height: 1.25; overflow-x: auto; "
    "font-family: ui-monospace, 'DejaVu Sans Mono', monospace\">{code}</pre>")
  ;; Readable on a light and on a dark page: black, red, green, yellow, blue, magenta, cyan, white.
  COLOURS [#(90 90 90) #(208 72 60) #(46 150 92) #(176 128 16)
    #(64 124 214) #(196 78 168) #(20 150 170) #(128 128 128)])


(defn lively? []
  "Return whether standard output is a terminal with cursor movement and Unicode."
  (setv console (_console))
  (and console.is-terminal (not console.is-dumb-terminal) (not console.options.ascii-only)))


(defn _console []
  "Return a rich console on standard output that survives the loss of standard output."
  (Console :file (Tolerant sys.stdout) :highlight False :markup False :emoji False))


(defclass Display [Report]
  "A `Report` with a live display of the run, or a download's bar; its lines come afterwards."

  (defn __init__ [self [words str]]
    (.__init__ (super) words)
    (setv
      self.live None   ; what moves: rich's bar or live display
      self.view None   ; what the display shows; None before it starts
      self.lines []))  ; shown at its end

  (defn say [self text]
    (if self.view (.append self.lines text) (.say (super) text)))

  (defn doing [self text]
    (unless self.view (return (.say self text)))
    (setv self.view.activity text)
    (.refresh self.live))

  ;; * Downloads

  (defn begin-download [self url total]
    (setv
      console (_console)
      narrow (< console.width WITH-NAME)
      self.live (Progress
        (TextColumn "{task.description}" :markup False)
        (BarColumn (if narrow 8 20))
        (TextColumn "{task.fields[size]}")
        (TimeRemainingColumn)
        :console console :transient True))
    (.start self.live)
    (setv self.task (.add-task self.live
      (if narrow "downloading" f"downloading {(cut url -24 None)}") :total total :size "")))

  (defn show-download [self done total]
    (if self.live
      (.update self.live self.task :completed done :total total :size (megabytes done total))
      (.show-download (super) done total)))

  ;; * The run

  (defn begin-run [self plan]
    (.end-bar self)
    (setv
      self.view (View plan :activity "" :title "" :share 0 :progress 0 :speed 0 :left None
        :curve [] :validated [] :sample "" :saved "" :memory 0)
      self.started None)
    (.begin-run (super) plan)
    (for [[k losses] (enumerate plan.losses 1)] (._note-losses self k #** losses))
    (setv self.live (.start-live self)))

  (defn start-live [self]
    "Start the live display; return what shows it."
    (setv
      console (_console)
      self.size console.size)
    (doto
      (Live
        :console console :get-renderable (fn [] (._draw self console))
        :refresh-per-second REFRESH :transient True
        :redirect-stderr (.isatty (Tolerant sys.stderr)))
      (.start :refresh True)))

  (defn _draw [self console]
    "Return the display for the current size of the terminal."
    (unless (= console.size self.size)  ; the previous drawing has moved
      (setv self.size console.size)
      (.control console (Control.clear) (Control.home)))
    (setv self.view.memory (memory))
    (draw-panel self.view console.width (- console.height 1)))

  (defn begin-epoch [self epoch epochs units done]
    (.begin-epoch (super) epoch epochs units done)
    (setv
      [self.units self.number] [units (- epoch 1)]
      self.mark None  ; the curve's last point: #(units done, sum of their losses)
      self.view.title self.title
      self.view.share (/ done units)))

  (defn step [self done loss [progress 0]]
    (.step (super) done loss progress)
    (setv
      self.started (or self.started #((time.monotonic) progress))
      [begun before] self.started
      view self.view
      view.activity "training"
      view.share (/ done self.units)
      view.speed (.speed self)
      view.progress progress
      view.left (when (> progress before)
        (/ (* (- (time.monotonic) begun) (- 1 progress)) (- progress before))))
    (._note-loss self done loss))

  (defn _note-loss [self done loss]
    "Add the loss since the curve's last point, if that is far enough away."
    (setv
      total (* done loss)
      self.mark (or self.mark #(done total))
      [before total-before] self.mark
      curve self.view.curve
      span (/ (or self.view.plan.epochs 1) POINTS))
    (when (>= (- done before) (max 1 (* span self.units)))
      (._note-losses self (+ self.number (/ done self.units))
        (bits (/ (- total total-before) (- done before))))
      (setv self.mark #(done total))
      (when (> (len curve) (* 2 POINTS)) (del (cut curve 1 -1 2)))))

  (defn end-epoch [self entry better sample]
    (.end-epoch (super) entry better sample)
    (setv self.view.sample sample)
    (._note-losses self (+ self.number 1) :validation (.get (losses-of entry) "validation"))
    (.refresh self.live))

  (defn _note-losses [self place [training None] [validation None]]
    "Add the losses in bits, unless None, to the curves at `place` (in epochs)."
    (for [[curve loss] [[self.view.curve training] [self.view.validated validation]]]
      (unless (is loss None) (.append curve #(place loss)))))

  (defn saved [self]
    (when self.view (setv self.view.saved (time.strftime "%H:%M:%S"))))

  (defn end-bar [self]
    (when self.live
      (setv [view lines] [self.view (cut self.lines (- KEPT) None)])
      (when view (setv view.activity ""))
      (.stop self.live)
      (setv [self.live self.view self.lines] [None None []])
      (when view (.leave-history self lines view.sample))))

  (defn leave-history [self lines sample]
    "Show what stays after the live display: the `lines` of the run and a `sample`."
    (for [line lines] (.say self line))
    (when sample
      (.say self "Sample:")
      (for [line (.split sample "\n")
            part (or (wrap line (- (. (_console) width) 5)) [""])]
        (put-line sys.stdout f"    {part}")))))


(defclass Notebook [Display]
  "A `Display` in a notebook; its last state stays, in place of the lines."

  (defn begin-download [self url total] (.say self f"downloading {url}"))

  (defn start-live [self]
    (import IPython.display [display])
    (setv self.handle (display (._render self) :raw True :display-id True))
    self)

  (defn refresh [self]
    "Show the current state."
    (.update self.handle (._render self) :raw True))

  (setv stop refresh)

  (defn step [self #* arguments]
    (.step (super) #* arguments)
    (when (> (- (time.monotonic) self.shown) PAUSE) (.refresh self)))

  (defn end-run [self text]
    (.end-bar self)
    (.say self text))

  (defn leave-history [self #* _])

  (defn _render [self]
    "Return the display as HTML and as text, by media type."
    (setv
      self.shown (time.monotonic)
      [width height] SIZE
      console (Console :file (StringIO) :record True :width width :height height
        :force-terminal True :force-jupyter False :color-system "standard"))
    (.print console (draw-panel self.view width height))
    { "text/html" (.export-html console
        :theme (TerminalTheme #(255 255 255) #(0 0 0) COLOURS)
        :code-format FORMAT :inline-styles True :clear False)
      "text/plain" (.export-text console)}))
