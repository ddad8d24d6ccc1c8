//! Plots as inline SVG. Colours come from the page (`--c0` …), so that they suit light and dark.

use super::format::{number, put};

/// How many colours the page has.
const COLOURS: usize = 8;

const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 28.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 44.0;

/// A bar: what it is of, how long, and how far its rounds lay apart.
pub struct Bar {
    pub label: String,
    pub colour: usize,
    pub value: f64,
    pub least: f64,
    pub greatest: f64,
}

/// A line, by its points.
pub struct Line {
    pub label: String,
    pub points: Vec<(f64, f64)>,
}

/// An axis: its name, its ticks with their labels, and whether it counts decades.
pub struct Axis {
    pub name: &'static str,
    pub ticks: Vec<(f64, String)>,
    pub is_logarithmic: bool,
}

impl Axis {
    /// From zero to beyond the greatest of some values, in round steps.
    pub fn linear(name: &'static str, values: impl IntoIterator<Item = f64>) -> Self {
        let greatest = values.into_iter().filter(|value| value.is_finite()).fold(0.0, f64::max);
        let step = round_step(greatest / 5.0);
        let mut ticks = vec![(0.0, "0".to_owned())];
        let mut at = 0.0;
        while at < greatest || ticks.len() < 2 {
            at += step;
            ticks.push((at, if step < 1.0 { format!("{at:.1}") } else { number_of_tick(at) }));
        }
        Self { name, ticks, is_logarithmic: false }
    }

    /// Whole decades around some values above zero.
    pub fn logarithmic(name: &'static str, values: impl IntoIterator<Item = f64>) -> Self {
        let usable = values.into_iter().filter(|value| value.is_finite() && *value > 0.0);
        let (least, greatest) =
            usable.fold((f64::INFINITY, 0.0_f64), |(least, greatest), value| (least.min(value), greatest.max(value)));
        let (least, greatest) = if greatest > 0.0 { (least, greatest) } else { (1.0, 10.0) };
        let mut at = 10_f64.powf(least.log10().floor());
        let mut ticks = vec![(at, number_of_tick(at))];
        while at < greatest || ticks.len() < 2 {
            at *= 10.0;
            ticks.push((at, number_of_tick(at)));
        }
        Self { name, ticks, is_logarithmic: true }
    }

    /// Where a value lies between the first tick (0) and the last (1).
    fn place(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.is_logarithmic { value.max(f64::MIN_POSITIVE).log10() } else { value };
        let first = self.ticks.first().map_or(0.0, |tick| scale(tick.0));
        let last = self.ticks.last().map_or(1.0, |tick| scale(tick.0));
        if last > first { ((scale(value) - first) / (last - first)).clamp(0.0, 1.0) } else { 0.5 }
    }
}

fn number_of_tick(value: f64) -> String {
    if value >= 1.0 {
        number(value).trim_end_matches(".00").trim_end_matches(".0").to_owned()
    } else {
        format!("{value}")
    }
}

/// The nearest of 1, 2 and 5 times a power of ten that is not less.
fn round_step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
    steps.into_iter().find(|step| *step >= least * 0.999).unwrap_or(10.0 * power)
}

/// Text that is safe within elements and attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The colour of this number.
pub fn colour(number: usize) -> String {
    format!("var(--c{})", number % COLOURS)
}

/// Horizontal bars, one below the other, on an axis that they share with other plots.
pub fn bars(title: &str, axis: &Axis, bars: &[Bar]) -> String {
    const ROW: f64 = 26.0;
    const LABELS: f64 = 300.0;
    let Some(rows) = u32::try_from(bars.len()).ok().filter(|rows| *rows > 0) else { return nothing(title) };
    let bottom = ROW * f64::from(rows);
    let x = |value: f64| LABELS + axis.place(value) * (WIDTH - LABELS - 64.0);
    let mut svg = open(title, bottom + 22.0);
    for (at, label) in &axis.ticks {
        let x = x(*at);
        put(&mut svg, format_args!(r#"<path class="grid" d="M{x:.1} 0V{bottom:.1}"/>"#));
        let y = bottom + 15.0;
        put(&mut svg, format_args!(r#"<text class="dim" text-anchor="middle" x="{x:.1}" y="{y:.1}">{label}</text>"#));
    }
    let mut y = 0.0;
    for bar in bars {
        let (label, middle, fill) = (escape(&bar.label), y + ROW / 2.0, colour(bar.colour));
        let (from, to, text) = (x(0.0), x(bar.value), number(bar.value));
        let (label_x, text_y, bar_y, height) = (LABELS - 8.0, middle + 4.0, y + 4.0, ROW - 8.0);
        put(&mut svg, format_args!(r#"<text text-anchor="end" x="{label_x}" y="{text_y:.1}">{label}</text>"#));
        put(
            &mut svg,
            format_args!(
                r#"<rect x="{from:.1}" y="{bar_y:.1}" width="{:.1}" height="{height:.1}" rx="2" fill="{fill}"><title>{label}: {text}</title></rect>"#,
                (to - from).max(1.0)
            ),
        );
        let (least, greatest) = (x(bar.least), x(bar.greatest));
        if greatest > least {
            put(&mut svg, format_args!(r#"<path class="spread" d="M{least:.1} {middle:.1}H{greatest:.1}"/>"#));
        }
        let text_x = to.max(greatest) + 6.0;
        put(&mut svg, format_args!(r#"<text class="num" x="{text_x:.1}" y="{text_y:.1}">{text}</text>"#));
        y += ROW;
    }
    svg + "</svg>"
}

/// Lines over two axes, with a legend. A line of one point is a dot; what is no number is left out.
pub fn lines(title: &str, x_axis: &Axis, y_axis: &Axis, lines: &[Line]) -> String {
    let is_drawable = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    if !lines.iter().any(|line| line.points.iter().any(|point| is_drawable(&point))) {
        return nothing(title);
    }
    let x = |value: f64| LEFT + x_axis.place(value) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - y_axis.place(value) * (HEIGHT - TOP - BOTTOM);
    let mut svg = open(title, HEIGHT);
    for (at, label) in &y_axis.ticks {
        let (y, text_x, end) = (y(*at), LEFT - 8.0, WIDTH - RIGHT);
        put(&mut svg, format_args!(r#"<path class="grid" d="M{LEFT} {y:.1}H{end}"/>"#));
        let text_y = y + 4.0;
        put(
            &mut svg,
            format_args!(r#"<text class="dim" text-anchor="end" x="{text_x}" y="{text_y:.1}">{label}</text>"#),
        );
    }
    for (at, label) in &x_axis.ticks {
        let (x, end, text_y) = (x(*at), HEIGHT - BOTTOM, HEIGHT - BOTTOM + 16.0);
        put(&mut svg, format_args!(r#"<path class="grid" d="M{x:.1} {TOP}V{end}"/>"#));
        put(&mut svg, format_args!(r#"<text class="dim" text-anchor="middle" x="{x:.1}" y="{text_y}">{label}</text>"#));
    }
    let (middle, name_y) = (f64::midpoint(LEFT, WIDTH - RIGHT), HEIGHT - 8.0);
    let (x_name, y_name) = (escape(x_axis.name), escape(y_axis.name));
    put(&mut svg, format_args!(r#"<text class="dim" text-anchor="middle" x="{middle}" y="{name_y}">{x_name}</text>"#));
    let half = HEIGHT / 2.0;
    put(
        &mut svg,
        format_args!(
            r#"<text class="dim" text-anchor="middle" transform="translate(14 {half}) rotate(-90)">{y_name}</text>"#
        ),
    );
    for (index, line) in lines.iter().enumerate() {
        let stroke = colour(index);
        let points: Vec<_> = line.points.iter().filter(is_drawable).map(|point| (x(point.0), y(point.1))).collect();
        let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        put(&mut svg, format_args!(r#"<polyline class="line" stroke="{stroke}" points="{}"/>"#, path.join(" ")));
        for (x, y) in points {
            put(&mut svg, format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="2.5" fill="{stroke}"/>"#));
        }
    }
    svg += "</svg>";
    put(&mut svg, format_args!(r#"<p class="legend">"#));
    for (index, line) in lines.iter().enumerate() {
        let (stroke, label) = (colour(index), escape(&line.label));
        put(&mut svg, format_args!(r#"<span><i style="background:{stroke}"></i>{label}</span> "#));
    }
    svg + "</p>"
}

fn open(title: &str, height: f64) -> String {
    let title = escape(title);
    format!(r#"<svg viewBox="0 0 {WIDTH} {height:.0}" role="img" aria-label="{title}"><title>{title}</title>"#)
}

fn nothing(title: &str) -> String {
    format!(r#"<p class="dim">{}: nothing was measured.</p>"#, escape(title))
}

#[cfg(test)]
mod tests {
    use super::{Axis, Bar, Line, bars, lines, round_step};

    fn bar(value: f64) -> Bar {
        Bar { label: "a < b".to_owned(), colour: 0, value, least: value, greatest: value }
    }

    #[test]
    fn no_data_is_said_and_not_drawn() {
        let axis = Axis::linear("y", []);
        let line = Line { label: "none".to_owned(), points: vec![(f64::NAN, 1.0)] };
        for plot in [bars("p", &axis, &[]), lines("p", &axis, &axis, &[]), lines("p", &axis, &axis, &[line])] {
            assert!(plot.contains("nothing was measured") && !plot.contains("<svg"), "{plot}");
        }
    }

    #[test]
    fn one_point_is_drawn_within_the_plot() {
        for axis in [Axis::linear("y", [7.0]), Axis::logarithmic("y", [7.0]), Axis::linear("y", [0.0])] {
            let line = Line { label: "one".to_owned(), points: vec![(7.0, 7.0)] };
            let plot = lines("p", &axis, &axis, &[line]);
            assert!(plot.matches("<circle").count() == 1 && !plot.contains("NaN") && !plot.contains("inf"), "{plot}");
        }
    }

    #[test]
    fn labels_are_escaped_and_bars_are_never_negative() {
        let plot = bars("p", &Axis::linear("x", [5.0]), &[bar(5.0), bar(0.0), bar(f64::NAN)]);
        assert!(
            plot.contains("a &lt; b") && !plot.contains("width=\"-") && plot.matches("<rect").count() == 3,
            "{plot}"
        );
    }

    #[test]
    fn axes_have_round_ticks() {
        let steps = [0.7, 1.0, 1.1, 130.0, 0.0].map(|least| format!("{:.3}", round_step(least)));
        assert_eq!(steps, ["1.000", "1.000", "2.000", "200.000", "1.000"]);
        let decades = Axis::logarithmic("y", [0.3, 45.0]);
        assert_eq!(decades.ticks.iter().map(|tick| tick.1.as_str()).collect::<Vec<_>>(), ["0.1", "1", "10", "100"]);
    }
}
