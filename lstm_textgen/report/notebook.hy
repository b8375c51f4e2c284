"What a training run shows in a notebook: the picture that a terminal has, in the cell's output."

(import
  io [StringIO]
  sys
  time
  lstm-textgen.report.display [Display]
  lstm-textgen.report.panel [draw-panel])

(setv
  SIZE [100 32]  ; columns and lines of the picture
  PAUSE 1        ; seconds from one look at it to the next
  FORMAT (+ "<pre style=\"line-height: 1.25; overflow-x: auto; "
    "font-family: ui-monospace, 'DejaVu Sans Mono', monospace\">{code}</pre>")
  ;; Readable on a light and on a dark page: black, red, green, yellow, blue, magenta, cyan, white.
  COLOURS [#(90 90 90) #(208 72 60) #(46 150 92) #(176 128 16)
    #(64 124 214) #(196 78 168) #(20 150 170) #(128 128 128)])


(defn notebook? []
  "Return whether this runs in the kernel of a notebook."
  (setv ipython (.get sys.modules "IPython"))  ; which a kernel has imported
  (bool (and ipython (getattr (.get-ipython ipython) "kernel" None))))


(defclass Notebook [Display]
  "A `Display` in a notebook; its last picture stays, in place of the lines."

  (defn begin-download [self url total]
    (.say self f"downloading {url}"))

  (defn start-live [self]
    (_Cell (fn [] (draw-panel self.view #* SIZE))))

  (defn step [self #* arguments]
    (.step (super) #* arguments)
    (when (> (- (time.monotonic) self.live.shown) PAUSE)
      (.refresh self)))

  (defn end-run [self text]
    (.end-bar self)
    (.say self text))

  (defn leave-history [self #* _]))


(defclass _Cell []
  "A picture in the output of a cell, which `draw` returns as rich draws it."

  (defn __init__ [self draw]
    (import IPython.display [display])
    (setv
      self.draw draw
      self.handle (display (._render self) :raw True :display-id True)))

  (defn refresh [self]
    (.update self.handle (._render self) :raw True))

  (defn stop [self]
    (.refresh self))

  (defn _render [self]
    "Return the picture as HTML and as text, by their types."
    (import rich.console [Console] rich.terminal-theme [TerminalTheme])
    (setv
      self.shown (time.monotonic)
      console (Console :file (StringIO) :record True :width (get SIZE 0) :height (get SIZE 1)
        :force-terminal True :force-jupyter False :color-system "standard"))
    (.print console (self.draw))
    { "text/html" (.export-html console
        :theme (TerminalTheme #(255 255 255) #(0 0 0) COLOURS)
        :code-format FORMAT
        :inline-styles True
        :clear False)
      "text/plain" (.export-text console)}))
