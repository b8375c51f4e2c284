#[[Makes the pictures in docs/pictures/, and others to look at.

    python -m hy tools/pictures.hy run                a run on the tutorial's diary, its report
    python -m hy tools/pictures.hy pages KEEPER LOL   pages of two models
    python -m hy tools/pictures.hy look PREFIX PAGES  HTML files, at both widths, light and dark

KEEPER is fine-tuned on lighthouse.txt as in README, LOL trained on lol.txt. The pictures of PAGES
begin with PREFIX, such as /tmp/look-. Needs the extra `test` and Chromium.]]

(import
  html [escape]
  itertools [product]
  pathlib [Path]
  subprocess
  sys
  tempfile [NamedTemporaryFile TemporaryDirectory]
  pyte
  lstm-textgen.textmodel [load]
  tests.browser [fragment open-page start-browser wait-for-end WRITTEN]
  tests.helpers [program succeeded]
  tests.screen [Screen]
  tools.forms [ROOT])

(setv
  PICTURES (/ ROOT "docs" "pictures")
  LARGE {"device_scale_factor" 1.5}
  LOOKS (list (product [1600 390] ["light" "dark"]))
  ;; The terminal, the moment of the picture, and colors.
  SIZE [120 30]
  MOMENT r"(?s)epoch 6/9 +━+╸?╺?━* +[4-9]\d%.*saved at"
  ;; What leaves nothing but a passage and its scale on a page.
  ALONE #[[() => {
    document.getElementById("story").style.padding = "1rem 2rem";
    document.querySelectorAll("#keys, #after > :not(.key)").forEach((each) => each.remove());
  }]]
  COLORS {"default" "#d9d9d9"  "brightblack" "#8c8c8c"  "cyan" "#4fc3d9"  "magenta" "#d977bd"
    "green" "#62b56e"}
  FRAME (+ "<meta charset=\"utf-8\"><style>body {{ margin: 0; background: #101010 }}"
    "pre {{ display: inline-block; margin: 0; padding: 1rem 1.25rem;"
    " font: 15px/1.3 'DejaVu Sans Mono', monospace }}"
    "i {{ display: inline-block; width: 1ch; font-style: normal }}</style><pre>{}</pre>")
  SETTINGS {"rng_seed" "5"  "length" "240"  "fast" "1"})  ; of the pages


(defn picture-run []
  "Train on the diary, and take pictures of the terminal during that and of the report."
  (with [folder (TemporaryDirectory)]
    (setv
      folder (Path folder)
      samples [sys.executable "-m" "hy" (/ ROOT "corpora" "samples.hy")])
    (with [file (open (/ folder "diary.txt") "w")]
      (subprocess.run [#* samples "diary"] :stdout file :check True))
    (subprocess.run [#* samples "docx" (/ folder "diary.txt")] :check True)
    (setv screen (Screen folder #* SIZE "--sources" "diary.docx" "--model" "me"))
    (.until screen MOMENT)
    (.write-text (/ folder "run.html") (html-of screen) :encoding "utf-8")
    (.finish screen)
    (succeeded (program "--report" "report.html" "--model" "me" :folder folder))
    (for [browser (start-browser)]
      (with [page (open-page browser (/ folder "run.html"))]
        (take (.locator page "pre") (/ PICTURES "training.png")))
      (with [page (open-page browser (/ folder "report.html") :viewport (size 820 1000) #** LARGE)]
        (take page (/ PICTURES "report.png"))))))


(defn picture-pages [keeper lol]
  "Take pictures of the pages of two models, each with a passage that it generates."
  (for [browser (start-browser)
        [model seed view name] [
          [keeper "I went down" "write" "playground"]
          [lol "heylo" "cells" "cells"]
          [lol "There once was" "story" "shades"]]]
    (with [file (NamedTemporaryFile :suffix ".html")]
      (.page (load model) file.name :overwrite True)
      (with [page (open-page browser file.name (fragment :seed seed #** SETTINGS)
          :viewport (size 1120 640) #** LARGE)]
        (wait-for-end page)
        (when (= view "story")
          (.evaluate page ALONE)
          (take (.locator page "#story") (/ PICTURES f"{name}.png"))
          (continue))
        (.click page f"#tab-{view}")
        (.evaluate page "scrollTo(0, 0)")
        (when (= view "write")  ; with the alternatives of a surprising letter in the first lines
          (setv box (.bounding-box (. (.locator page f"{WRITTEN} .s3") first)))
          (.click page.mouse (+ (get box "x") 3) (+ (get box "y") (/ (get box "height") 2))))
        (take page (/ PICTURES f"{name}.png"))))))


(defn look [prefix #* paths]
  "Take pictures of the whole pages at `paths`, narrow and wide, in light and dark."
  (for [browser (start-browser)  path (map Path paths)  [width scheme] LOOKS]
    (with [page (open-page browser path :site path.parent :viewport (size width 1000)
        :color-scheme scheme :reduced-motion "reduce")]
      (take page f"{prefix}{path.stem}-{width}-{scheme}.png" :full-page True))))


(defn take [what target #** options]
  "Save a picture of a page or an element as `target`."
  (.wait-for-timeout (getattr what "page" what) 500)
  (.screenshot what :path (str target) #** options)
  (print target))


(defn size [width height]
  "Return the size of a window as Playwright wants it."
  {"width" width  "height" height})


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


(when (= __name__ "__main__")
  (setv
    sys.executable hy.sys-executable  ; within `python -m hy` it is Hy's own program
    [_ what #* arguments] sys.argv)
  ((get {"run" picture-run  "pages" picture-pages  "look" look} what) #* arguments))
