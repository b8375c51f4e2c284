#[[Makes the pictures of a run in docs/pictures/: `python -m hy tools/pictures.hy [PREFIX]`.

It trains on the tutorial's diary, in its own terminal; takes a picture of that during the run, and
at the end one of the report on the model. With a PREFIX such as /tmp/look- it also makes pictures
of the whole report, narrow and wide, in light and dark. Needs the extra `test` and Chromium.]]

(import
  html [escape]
  itertools [product]
  pathlib [Path]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  pyte
  tests.browser [open-page start-browser]
  tests.helpers [program succeeded]
  tests.screen [Screen]
  tools.forms [ROOT])

(setv
  SIZE [120 30]  ; of the terminal
  MOMENT r"(?s)epoch 6/9 +━+╸?╺?━* +[4-9]\d%.*saved at"
  WIDE {"width" 1600  "height" 1000}
  NARROW {"width" 360  "height" 740}
  PICTURE {"width" 820  "height" 1000}
  COLORS {"default" "#d9d9d9"  "brightblack" "#8c8c8c"  "cyan" "#4fc3d9"  "magenta" "#d977bd"
    "green" "#62b56e"}
  FRAME (+ "<meta charset=\"utf-8\"><style>body {{ margin: 0; background: #101010 }}"
    "pre {{ display: inline-block; margin: 0; padding: 1rem 1.25rem;"
    " font: 15px/1.3 'DejaVu Sans Mono', monospace }}"
    "i {{ display: inline-block; width: 1ch; font-style: normal }}</style><pre>{}</pre>"))


(defn main [[prefix None]]
  "Train, and take the pictures."
  (setv sys.executable hy.sys-executable)  ; within `python -m hy` it is Hy's own program
  (with [folder (TemporaryDirectory)]
    (setv folder (Path folder))
    (with [file (open (/ folder "diary.txt") "w")]
      (subprocess.run [sys.executable "-m" "hy" (/ ROOT "corpora" "samples.hy") "diary"]
        :stdout file :check True))
    (setv screen (Screen folder #* SIZE "--sources" "diary.txt" "--model" "me"))
    (.until screen MOMENT)
    (.write-text (/ folder "run.html") (html-of screen) :encoding "utf-8")
    (.finish screen)
    (succeeded (program "--report" "report.html" "--model" "me" :folder folder))
    (for [browser (start-browser)]
      (take browser (/ folder "run.html") "training" "pre")
      (take browser (/ folder "report.html") "report" None
        :viewport PICTURE :device-scale-factor 1.5)
      (for [[size scheme] (product (if prefix [WIDE NARROW] []) ["light" "dark"])]
        (take-whole browser (/ folder "report.html")
          f"{prefix}report-{(get size "width")}-{scheme}.png"
          :viewport size :color-scheme scheme)))))


(defn html-of [screen]
  "Return the current contents of a `screen` as a page, each character in its own cell."
  (setv
    [columns lines] SIZE
    shown (pyte.Screen columns lines))
  ;; pyte doesn't know dim text: here it is gray.
  (.feed (pyte.ByteStream shown) (.replace screen.bytes b"\x1b[2m" b"\x1b[90m"))
  (setv rows (gfor
    row (range lines)
    (.join "" (gfor column (range columns) (_cell (get shown.buffer row column))))))
  (.format FRAME (.join "\n" rows)))


(defn _cell [cell]
  "Return the HTML of a `cell` of pyte's screen."
  (setv
    color (.get COLORS cell.fg (if (.isalpha cell.fg) "inherit" f"#{cell.fg}"))
    weight (if cell.bold "bold" "normal"))
  f"<i style=\"color: {color}; font-weight: {weight}\">{(escape cell.data)}</i>")


(defn take [browser path name element #** options]
  "Save a picture of an `element` of the page at `path`, or of its top, as `name`."
  (setv target (str (/ ROOT "docs" "pictures" f"{name}.png")))
  (with [page (open-page browser path #** options)]
    (.wait-for-timeout page 300)
    (.screenshot (if element (.locator page element) page) :path target))
  (print target))


(defn take-whole [browser path target #** options]
  "Save a picture of the whole page at `path` as `target`."
  (with [page (open-page browser path #** options)]
    (.wait-for-timeout page 300)
    (.screenshot page :path target :full-page True))
  (print target))


(when (= __name__ "__main__")
  (main #* (cut sys.argv 1 None)))
