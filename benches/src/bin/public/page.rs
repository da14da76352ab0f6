//! The page for people.

use afterimage_benches::calibration::{CLAIMS, Calibration, Counts, Wrong, spelled};
use afterimage_benches::judge::Kind;
use afterimage_benches::session::listed;
use afterimage_benches::table::Table;
use afterimage_benches::tools::Tool;

use crate::figures::{Figures, Layout, Row, What};

/// How many wrong claims are listed one by one.
const LISTED: usize = 25;

/// What is unfair about it; the same whatever came out.
const UNFAIR: &str = include_str!("unfair.md");

/// All of it.
pub fn of(figures: &Figures<'_>) -> String {
    let challenges: String = figures
        .layouts
        .iter()
        .filter(|layout| layout.is_challenge)
        .map(|layout| {
            format!(
                "## {}\n\n{}\n{}\n",
                layout.name,
                figures.scenarios(layout),
                figures.totals(layout)
            )
        })
        .collect();
    format!(
        "# Public benchmark\n\n{}\n\n## All layouts\n\n{}\n{challenges}## Where another tool got more back\n\n{}\n\
         ## How often grades are right\n\n{}\n{UNFAIR}\n## Tools\n\n{}{}",
        figures.how(),
        figures.summary(),
        figures.losses(),
        grades(&figures.calibration),
        listed(figures.tools),
        figures
            .absent
            .iter()
            .map(|name| format!("* {name}: not installed, left out\n"))
            .collect::<String>(),
    )
}

impl Figures<'_> {
    /// On what, and how.
    fn how(&self) -> String {
        let built = match &self.built_from {
            Some(from) => format!(" The afterimage that was run was built from {from}."),
            None => String::new(),
        };
        format!(
            "{}, load average {:.1} at the start.{built}\n\nPhotos: {}. Every layout was made with {} seeds, each of which takes other photos and other filler, and \
             all tools ran over them; afterimage alone ran over {} more, to tell how often its grades are right. A run \
             was ended when it had worked for {} s of processor time, and what it had written until then counts. Figures are sums over the seeds: photos \
             that came back to the byte or, of broken ones, nearly all that was left of them (`kept`); in brackets, files \
             that have nothing of a lost photo or video. What counts as what stands in `benches/README.md`.",
            self.machine.sentence(),
            self.load,
            self.photos,
            self.seeds,
            self.more_seeds,
            self.timeout,
        )
    }

    fn headings<'a>(&'a self, first: &'a [&'a str]) -> Table {
        Table::new(first.iter().copied().chain(self.tools.iter().map(|tool| tool.name)))
    }

    /// A line a layout: JPEG apart, since some tools know nothing else.
    fn summary(&self) -> String {
        let mut table = self.headings(&["layout", "of"]);
        for layout in &self.layouts {
            for (name, row) in lines(layout) {
                let wrong = |index: usize| {
                    layout.totals[index].kinds.get(&Kind::False).copied().unwrap_or(0)
                };
                let figure = |(index, back): (usize, &usize)| format!("{back} ({})", wrong(index));
                let cells = row.back.iter().enumerate().map(figure);
                let name = format!("{}{name}", layout.name);
                table.row([name, row.of.to_string()].into_iter().chain(cells));
            }
        }
        table.markdown()
    }

    /// A line a scenario of a challenge.
    fn scenarios(&self, layout: &Layout) -> String {
        let mut table = self.headings(&["scenario", "of"]);
        for (what, row) in in_order(layout) {
            let kept = if what.broken { ", kept" } else { "" };
            let name = format!("{}: {}{kept}", what.format, what.state);
            let cells = row.back.iter().map(usize::to_string);
            table.row([name, row.of.to_string()].into_iter().chain(cells));
        }
        table.markdown()
    }

    /// What each tool wrote in all.
    fn totals(&self, layout: &Layout) -> String {
        let mut table = self.headings(&["in all"]);
        let kinds = [
            ("exact", Kind::Exact),
            ("exact, handed over as broken", Kind::Misjudged),
            ("overlong", Kind::Overlong),
            ("pieces", Kind::Partial),
            ("inner pictures", Kind::Inner),
            ("false files", Kind::False),
        ];
        for (name, kind) in kinds {
            let cells = layout
                .totals
                .iter()
                .map(|totals| totals.kinds.get(&kind).copied().unwrap_or(0).to_string());
            table.row([name.to_owned()].into_iter().chain(cells));
        }
        let seconds = layout.totals.iter().map(|totals| match totals.late {
            0 => format!("{:.1}", totals.seconds),
            late => format!("{:.1}, {late} ended", totals.seconds),
        });
        table.row(["seconds".to_owned()].into_iter().chain(seconds));
        table.markdown()
    }

    /// Every line in which a tool has a higher figure than afterimage with its usual options.
    fn losses(&self) -> String {
        let Some(ours) = self.tools.iter().position(|tool| tool.tool == Tool::Afterimage) else {
            return "afterimage did not run.\n".to_owned();
        };
        let mut out = String::new();
        for layout in &self.layouts {
            let rows = in_order(layout).into_iter().map(|(what, row)| {
                (format!("{} {}", what.format, what.state).trim_end().to_owned(), row)
            });
            for (name, row) in rows {
                let ahead =
                    self.tools.iter().zip(&row.back).filter(|(_, back)| **back > row.back[ours]);
                let ahead: Vec<_> =
                    ahead.map(|(tool, back)| format!("{} {back}", tool.name)).collect();
                if !ahead.is_empty() {
                    let (of, own) = (row.of, row.back[ours]);
                    out += &format!(
                        "* {}, {name}: {own} of {of}; {}\n",
                        layout.name,
                        ahead.join("; ")
                    );
                }
            }
            let wrong = layout.totals[ours].kinds.get(&Kind::False).copied().unwrap_or(0);
            if wrong > 0 {
                out += &format!(
                    "* {}: {wrong} files of afterimage have nothing of a lost photo\n",
                    layout.name
                );
            }
        }
        for layout in &self.calibration.without {
            out += &format!(
                "* {layout}: afterimage refused the image, or was ended, and wrote no report\n"
            );
        }
        if out.is_empty() { "Nowhere.\n".to_owned() } else { out }
    }
}

/// The lines of a layout in the summary.
fn lines(layout: &Layout) -> Vec<(&'static str, Row)> {
    let jpeg = |broken: bool| layout.sum(|what| what.broken == broken && what.format == "jpeg");
    let all = |broken: bool| layout.sum(|what| what.broken == broken);
    let mut lines = Vec::new();
    for (broken, of_jpeg, of_all) in
        [(false, ", JPEG", ", all formats"), (true, ", JPEG kept", ", all kept")]
    {
        let (jpeg, all) = (jpeg(broken), all(broken));
        if jpeg.of > 0 {
            lines.push((of_jpeg, jpeg.clone()));
        }
        if all.of > jpeg.of {
            lines.push((of_all, all));
        }
    }
    if lines.is_empty() {
        lines.push((", nothing to find", layout.sum(|_| false)));
    }
    lines
}

/// The rows of a layout, by the number of the scenario.
fn in_order(layout: &Layout) -> Vec<(&What, &Row)> {
    let number = |what: &What| {
        let digits: String = what.state.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().unwrap_or(0)
    };
    let mut rows: Vec<_> = layout.rows.iter().collect();
    rows.sort_by_key(|(what, _)| (number(what), &what.state, &what.format));
    rows
}

/// How often each grade was right, and every claim that was not.
fn grades(calibration: &Calibration) -> String {
    const HEADINGS: [&str; 7] = [
        "grade",
        "files",
        "right",
        "in per cent (95 %)",
        "right but for 512 bytes",
        "most bytes too many",
        "photos to the byte",
    ];
    let cells = |counts: Counts| {
        let counted = [counts.right.of, counts.right.so].map(|figure| figure.to_string());
        let rest = [counts.near.to_string(), counts.excess.to_string(), counts.exact.to_string()];
        [&counted[..], &[counts.right.percent()], &rest].concat()
    };
    let mut table = Table::new(HEADINGS);
    let mut by_kind = Table::new(HEADINGS);
    for (grade, _) in CLAIMS {
        let name = spelled(grade);
        table.row([name.to_owned()].into_iter().chain(cells(calibration.of(grade))));
        for (kind, counts) in calibration.grades.get(name).into_iter().flatten() {
            by_kind.row([format!("{name}, {kind}")].into_iter().chain(cells(*counts)));
        }
    }
    let claims = CLAIMS.map(|(grade, claim)| format!("* `{}`: {claim}.\n", spelled(grade)));
    format!(
        "Of every file that afterimage wrote as a photo or a broken one, with its usual options. Right is:\n\n{}\n\
         A picture that lies whole inside a lost photo, as a preview does, is as good as a lost photo. Intervals are \
         those of Wilson; they take files for independent, which those of one photo in several images are not, so that \
         the true ones are wider. A decoder goes on into foreign data until it meets what cannot be, so that what a \
         beginning is said to be ends a little late: how often by a sector at most, and by how much at most, stands \
         beside.\n\n{}\n{}\n{}",
        claims.concat(),
        table.markdown(),
        by_kind.markdown(),
        wrong(calibration),
    )
}

/// The claims that did not hold, the worst first.
fn wrong(calibration: &Calibration) -> String {
    if calibration.wrong.is_empty() {
        return "No claim was wrong.\n".to_owned();
    }
    let mut worst: Vec<&Wrong> = calibration.wrong.iter().collect();
    worst.sort_by_key(|one| std::cmp::Reverse(one.claimed.saturating_sub(one.own)));
    let line = |one: &&Wrong| {
        format!(
            "* {}: {} of {} bytes, `{}`: {} are claimed, {} are a lost photo's\n",
            one.layout, one.format, one.size, one.grade, one.claimed, one.own
        )
    };
    let lines: String = worst.iter().take(LISTED).map(line).collect();
    let more = worst.len().saturating_sub(LISTED);
    let rest =
        if more > 0 { format!("\nand {more} more, in `figures.json`.\n") } else { String::new() };
    format!("Claims that were wrong, the worst first:\n\n{lines}{rest}")
}
