//! The report as one page that needs nothing else: each chapter drawn over time, with its faults.

use std::fmt::Write;

use super::{
    TortureReport,
    timeline::{COLUMNS, Column, Timeline},
};

const STYLE: &str = include_str!("style.css");

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 120.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 16.0;

/// The page.
#[must_use]
pub fn page(report: &TortureReport) -> String {
    let mut chapters = String::new();
    for (number, timeline) in report.timelines.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(chapters, "<h3>Chapter {}, {:.0} s</h3>\n{}", number + 1, timeline.seconds, svg(timeline));
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>tallystick torture, seed {seed}</title>\n<style>\n{STYLE}</style></head>\n<body>\n\
         <h1>tallystick torture</h1>\n<pre>{text}</pre>\n<h2>Answers over time</h2>\n\
         <p class=\"key\"><span style=\"background:var(--accepted)\">purchase accepted</span>\
         <span style=\"background:var(--refused)\">purchase refused</span>\
         <span style=\"background:var(--other)\">everything else</span>\
         <span style=\"background:var(--unknown)\">unknown: no answer, or 503</span>\
         <span style=\"background:var(--fault)\">a fault, until the world was whole again</span></p>\n\
         {chapters}</body></html>\n",
        seed = report.seed,
        text = escape(&report.to_string()),
    )
}

fn svg(timeline: &Timeline) -> String {
    let tallest = timeline.columns.iter().map(|column| column.total()).max().unwrap_or_default().max(1);
    let width = WIDTH / f64::from(COLUMNS);
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\">", TOP + HEIGHT + BOTTOM);
    for (fault, began, whole) in &timeline.faults {
        let (left, wide) = (began * WIDTH, ((whole - began) * WIDTH).max(0.7));
        let _ = write!(
            out,
            "<rect x=\"{left:.1}\" y=\"0\" width=\"{wide:.1}\" height=\"{}\" fill=\"var(--fault)\" opacity=\".35\">\
             <title>{fault}</title></rect><rect x=\"{left:.1}\" y=\"0\" width=\"{wide:.1}\" height=\"{}\" \
             fill=\"var(--fault)\"><title>{fault}</title></rect>",
            TOP + HEIGHT,
            TOP - 8.0,
        );
    }
    for (number, column) in (0..COLUMNS).zip(&timeline.columns) {
        bars(&mut out, f64::from(number) * width, width, *column, f64::from(tallest));
    }
    let _ = writeln!(
        out,
        "<text x=\"0\" y=\"{y}\">0 s</text><text x=\"{WIDTH}\" y=\"{y}\" text-anchor=\"end\">{:.0} s</text></svg>",
        timeline.seconds,
        y = TOP + HEIGHT + BOTTOM - 3.0,
    );
    out
}

/// A column, from the bottom up.
fn bars(out: &mut String, left: f64, width: f64, column: Column, tallest: f64) {
    let parts = [
        (column.accepted, "accepted"),
        (column.refused, "refused"),
        (column.other, "other"),
        (column.unknown, "unknown"),
    ];
    let mut below = 0.0;
    for (count, colour) in parts.into_iter().filter(|(count, _)| *count > 0) {
        let height = f64::from(count) / tallest * HEIGHT;
        let top = TOP + HEIGHT - below - height;
        let _ = write!(
            out,
            "<rect x=\"{left:.2}\" y=\"{top:.2}\" width=\"{:.2}\" height=\"{height:.2}\" fill=\"var(--{colour})\"/>",
            width + 0.1
        );
        below += height;
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
