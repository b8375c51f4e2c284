"The live display of a training run, on a terminal or in a notebook."

(eval-when-compile (require hyrule [doto meth unless]))
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
  lstm-textgen.basics.terminal [Tolerant put]
  lstm-textgen.display.panel [View draw-panel]
  lstm-textgen.display.plain [Display megabytes]
  lstm-textgen.modelfile.history [bits losses-of])

(setv
  WITH-NAME 76   ; columns of a terminal from which a download's bar shows its name
  POINTS 300     ; of a curve; beyond, every second one is dropped
  REFRESH 2      ; times per second that the display is redrawn
  LINES-KEPT 200  ; lines of a run that stay on the screen at its end
  ;; In a notebook.
  SIZE [100 32]  ; columns and lines of the display
  REFRESH-PAUSE 1  ; seconds between refreshes
  HTML-FORMAT (+ "<pre style=\"line-height: 1.25; overflow-x: auto; "
    "font-family: ui-monospace, 'DejaVu Sans Mono', monospace\">{code}</pre>")
  ;; Readable on a light and on a dark page: black, red, green, yellow, blue, magenta, cyan, white.
  TERMINAL-COLORS [#(90 90 90) #(208 72 60) #(46 150 92) #(176 128 16)
    #(64 124 214) #(196 78 168) #(20 150 170) #(128 128 128)])


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
    live None   ; what moves: rich's bar or live display
    view None)  ; what the display shows; None before it starts

  (meth say [text]
    (if @view (.append @view.lines text) (.say (super) text)))

  (meth doing [text]
    (unless @view (return (@say text)))
    (setv @view.activity text)
    (.refresh @live))

  ;; * Downloads

  (meth begin-download [url total]
    (setv
      console (_console)
      narrow (< console.width WITH-NAME)
      @live (Progress
        (TextColumn "{task.description}" :markup False)
        (BarColumn (if narrow 8 20))
        (TextColumn "{task.fields[size]}")
        (TimeRemainingColumn)
        :console console :transient True)
      @task (.add-task @live
        (if narrow "downloading" f"downloading {(cut url -24 None)}") :total total :size ""))
    (.start @live))

  (meth show-download [done total]
    (if @live
      (.update @live @task :completed done :total total :size (megabytes done total))
      (.show-download (super) done total)))

  ;; * The run

  (meth begin-run [plan]
    (@end-bar)
    (setv
      @view (View plan)
      @started None)  ; #(time progress) after the first step
    (.begin-run (super) plan)
    (for [[k losses] (enumerate plan.losses 1)  [name loss] (.items losses)]
      (.append (get @view.curves name) #(k loss)))
    (setv @live (@start-live)))

  (meth start-live []
    "Start the live display; return what shows it."
    (setv
      console (_console)
      @size console.size)
    (doto
      (Live
        :console console :get-renderable (fn [] (@_draw console))
        :refresh-per-second REFRESH :transient True
        :redirect-stderr (.isatty (Tolerant sys.stderr)))
      (.start :refresh True)))

  (meth _draw [console]
    "Return the display for the current size of the terminal."
    (unless (= console.size @size)  ; the previous drawing has moved
      (setv @size console.size)
      (.control console (Control.clear) (Control.home)))
    (setv @view.memory (memory))
    (draw-panel @view console.width (- console.height 1)))

  (meth begin-epoch [epoch epochs units done]
    (.begin-epoch (super) epoch epochs units done)
    (setv
      [@units @number] [units (- epoch 1)]
      @mark None  ; the curve's last point: #(units done, sum of their losses)
      @view.title @title
      @view.share (/ done units)))

  (meth step [done loss [progress 0]]
    (.step (super) done loss progress)
    (setv
      @started (or @started #((time.monotonic) progress))
      [begun before] @started
      @view.activity "training"
      @view.share (/ done @units)
      @view.speed (@speed)
      @view.progress progress
      @view.left (when (> progress before)
        (/ (* (- (time.monotonic) begun) (- 1 progress)) (- progress before)))
      ;; The curve gets the loss since its last point, if that is far enough away.
      total (* done loss)
      @mark (or @mark #(done total))
      [marked total-before] @mark
      curve (get @view.curves "training")
      span (/ (or @view.plan.epochs 1) POINTS))
    (when (>= (- done marked) (max 1 (* span @units)))
      (.append curve
        #((+ @number (/ done @units)) (bits (/ (- total total-before) (- done marked)))))
      (setv @mark #(done total))
      (when (> (len curve) (* 2 POINTS)) (del (cut curve 1 -1 2)))))

  (meth end-epoch [entry better sample]
    (.end-epoch (super) entry better sample)
    (setv
      @view.sample sample
      loss (.get (losses-of entry) "validation"))
    (unless (is loss None) (.append (get @view.curves "validation") #((+ @number 1) loss)))
    (.refresh @live))

  (meth saved []
    (when @view (setv @view.saved (time.strftime "%H:%M:%S"))))

  (meth end-bar []
    (when @live
      (setv view @view)
      (when view (setv view.activity ""))
      (.stop @live)
      (setv [@live @view] [None None])
      (when view (@leave-history (cut view.lines (- LINES-KEPT) None) view.sample))))

  (meth leave-history [lines sample]
    "Show what stays after the live display: the `lines` of the run and a `sample`."
    (for [line lines] (@say line))
    (when sample
      (@say "Sample:")
      (for [line (.split sample "\n")
            part (or (wrap line (- (. (_console) width) 5)) [""])]
        (put (Tolerant sys.stdout) f"    {part}\n")))))


(defclass NotebookDisplay [LiveDisplay]
  "A `LiveDisplay` in a notebook; its last state stays, in place of the lines."

  (meth begin-download [url total] (@say f"downloading {url}"))

  (meth start-live []
    (import IPython.display [display])
    (setv @handle (display (@_render) :raw True :display-id True))
    self)

  (meth refresh []
    "Show the current state."
    (.update @handle (@_render) :raw True))

  (setv stop refresh)

  (meth step [#* arguments]
    (.step (super) #* arguments)
    (when (> (- (time.monotonic) @shown) REFRESH-PAUSE) (@refresh)))

  (meth end-run [text]
    (@end-bar)
    (@say text))

  (meth leave-history [#* _])

  (meth _render []
    "Return the display as HTML and as text, by media type."
    (setv
      @shown (time.monotonic)
      [width height] SIZE
      console (Console :file (StringIO) :record True :width width :height height
        :force-terminal True :force-jupyter False :color-system "standard"))
    (.print console (draw-panel @view width height))
    { "text/html" (.export-html console
        :theme (TerminalTheme #(255 255 255) #(0 0 0) TERMINAL-COLORS)
        :code-format HTML-FORMAT :inline-styles True :clear False)
      "text/plain" (.export-text console)}))
