//! Charts of horizontal bars, as SVG that a browser and a forge show without any script.

const WIDTH: f64 = 860.0;
const LABEL: f64 = 190.0;
const ROW: f64 = 24.0;
const TITLE: f64 = 40.0;
/// Room for what stands behind the longest bar.
const NOTE: f64 = 190.0;

/// One bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its length, not negative.
    pub value: f64,
    /// From the least to the most that was measured, where there was more than one measurement.
    pub span: Option<(f64, f64)>,
    /// Stands behind it.
    pub note: String,
    /// Whether it is the one that the chart is about.
    pub ours: bool,
}

/// Bars of one unit.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What is measured and in which unit.
    pub title: String,
    /// From top to bottom.
    pub bars: Vec<Bar>,
}

/// Charts one below the other.
pub fn svg(charts: &[Chart]) -> String {
    let height: f64 = charts.iter().map(|c| TITLE + ROW * c.bars.len() as f64).sum::<f64>() + 10.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let mut top = 0.0;
    for chart in charts {
        out += &drawn(chart, top);
        top += TITLE + ROW * chart.bars.len() as f64;
    }
    out + "</svg>\n"
}

/// A title and the bars below it.
fn drawn(chart: &Chart, top: f64) -> String {
    let (title, at) = (escaped(&chart.title), top + 26.0);
    let title = format!("<text x=\"8\" y=\"{at}\" font-weight=\"bold\">{title}</text>\n");
    let most = chart.bars.iter().map(reach).fold(f64::MIN_POSITIVE, f64::max);
    let scale = (WIDTH - LABEL - NOTE) / most;
    let rows = chart.bars.iter().enumerate();
    let rows = rows.map(|(index, bar)| row(bar, top + TITLE + ROW * index as f64, scale));
    title + &rows.collect::<String>()
}

/// How far a bar and its span go.
fn reach(bar: &Bar) -> f64 {
    bar.span.map_or(bar.value, |(_, most)| most.max(bar.value))
}

/// One bar between its label and its note.
fn row(bar: &Bar, top: f64, scale: f64) -> String {
    let (edge, line, middle) = (LABEL - 8.0, top + ROW / 2.0 + 4.5, top + ROW / 2.0);
    let (upper, thick, long) = (top + 3.0, ROW - 6.0, (bar.value * scale).max(1.0));
    let fill = if bar.ours { "#c4472b" } else { "#7d8ca3" };
    let (label, note) = (escaped(&bar.label), escaped(&bar.note));
    let after = LABEL + reach(bar) * scale + 8.0;
    let span = bar.span.map(|(least, most)| {
        let (from, to) = (LABEL + least * scale, LABEL + most * scale);
        format!("<path d=\"M{from:.1} {middle}H{to:.1}\" stroke=\"black\" stroke-width=\"1.5\"/>\n")
    });
    format!(
        "<text x=\"{edge}\" y=\"{line}\" text-anchor=\"end\">{label}</text>\n\
         <rect x=\"{LABEL}\" y=\"{upper}\" width=\"{long:.1}\" height=\"{thick}\" fill=\"{fill}\"/>\n{}\
         <text x=\"{after:.1}\" y=\"{line}\">{note}</text>\n",
        span.unwrap_or_default(),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_room_and_text_is_escaped() {
        let bar = |label: &str, value| Bar {
            label: label.into(),
            value,
            span: None,
            note: "1 < 2".into(),
            ours: false,
        };
        let chart = Chart { title: "s & s".into(), bars: vec![bar("a", 4.0), bar("b", 1.0)] };
        let drawn = svg(&[chart]);
        assert!(drawn.contains("width=\"480.0\"") && drawn.contains("width=\"120.0\""));
        assert!(drawn.contains("1 &lt; 2") && drawn.contains("s &amp; s"));
    }
}
