//! The parts of the page that show figures.

use super::{
    format::{self, put},
    svg::{Axis, Bar, Line, bars, escape, lines},
};
use crate::figures::{Figures, Sampling, Throughput};

/// How many goals are met.
pub fn verdict(figures: &Figures) -> String {
    let goals: Vec<bool> = figures.measures.iter().filter_map(|measure| measure.met).collect();
    let met = goals.iter().filter(|met| **met).count();
    let class = if met == goals.len() { "good" } else { "bad" };
    format!("<p class=\"{class}\">{met} of {} goals met.</p>", goals.len())
}

/// The table of ratios with their goals.
pub fn ratios(figures: &Figures) -> String {
    let mut rows = String::new();
    for measure in &figures.measures {
        let class = if measure.met == Some(false) { "bad" } else { "good" };
        put(
            &mut rows,
            format_args!(
                "<tr><td>{}<br><span class=\"dim\">{}</span></td><td class=\"num\">{}</td><td class=\"num dim\">{}</td>\
                 <td class=\"num left\">{}</td><td class=\"{class}\">{}</td></tr>",
                escape(&measure.name),
                escape(&measure.detail),
                format::value(measure),
                format::range(&measure.value),
                format::goal(measure),
                format::met(measure),
            ),
        );
    }
    format!(
        "<h2>Ratios and goals</h2>\n<div class=\"scroll\"><table><tr><th>measure</th><th class=\"num\">figure</th>\
         <th class=\"num\">by round</th><th>goal</th><th></th></tr>{rows}</table></div>\n"
    )
}

/// Scenarios in the order in which they first appear.
fn scenarios(figures: &Figures) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for throughput in &figures.throughputs {
        if !names.contains(&throughput.scenario.as_str()) {
            names.push(&throughput.scenario);
        }
    }
    names
}

fn label(throughput: &Throughput) -> String {
    format!("{} × {}", throughput.contender, throughput.connections)
}

/// One plot of bars per scenario.
pub fn throughputs(figures: &Figures) -> String {
    let mut html =
        "<h2>Requests a second</h2>\n<p class=\"dim\">The mean of the rounds; the thin line goes from the least to \
                    the greatest. × is the number of connections or clients.</p>\n"
            .to_owned();
    for scenario in scenarios(figures) {
        let rows: Vec<_> = figures.throughputs.iter().filter(|row| row.scenario == scenario).collect();
        let axis = Axis::linear("a second", rows.iter().map(|row| row.per_second.greatest));
        let bar = |row: &&Throughput| Bar {
            label: label(row),
            colour: if row.contender.starts_with("pgbench") {
                2
            } else {
                usize::from(row.contender.contains("off") || row.contender.starts_with("other"))
            },
            value: row.per_second.mean,
            least: row.per_second.least,
            greatest: row.per_second.greatest,
        };
        let title = format!("Requests a second, {scenario}");
        let plot = bars(&title, &axis, &rows.iter().map(bar).collect::<Vec<_>>());
        put(&mut html, format_args!("<h3>{}</h3>\n{plot}\n", escape(scenario)));
    }
    html
}

/// Shares of the requests are placed by their nines, so that the slowest few can be seen.
fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile).log10()
}

/// One plot of percentile curves per scenario that has any.
pub fn latencies(figures: &Figures) -> String {
    let mut html =
        "<h2>Latencies by percentile</h2>\n<p class=\"dim\">Of all rounds together. In the open loop they count from \
                    the start that was intended.</p>\n"
            .to_owned();
    let ticks = [(0.0, "0"), (0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %")];
    for scenario in scenarios(figures) {
        let curves: Vec<Line> = figures
            .throughputs
            .iter()
            .filter(|row| row.scenario == scenario)
            .filter_map(|row| {
                let points =
                    row.latency_ms.as_ref()?.curve.iter().map(|(quantile, ms)| (nines(*quantile), *ms)).collect();
                Some(Line { label: label(row), points })
            })
            .collect();
        if curves.is_empty() {
            continue;
        }
        // As far as there are points, and to 90 % at least.
        let last = curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.0)).fold(0.9, f64::max);
        let shown = ticks.iter().position(|tick| nines(tick.0) >= last).map_or(ticks.len(), |index| index + 1);
        let x_axis = Axis {
            name: "share of requests that took at most so long",
            ticks: ticks[..shown].iter().map(|(quantile, label)| (nines(*quantile), (*label).to_owned())).collect(),
            is_logarithmic: false,
        };
        let all = curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.1));
        let y_axis = Axis::logarithmic("milliseconds", all);
        let plot = lines(&format!("Latencies, {scenario}"), &x_axis, &y_axis, &curves);
        put(&mut html, format_args!("<h3>{}</h3>\n{plot}\n", escape(scenario)));
    }
    html
}

/// Batch sizes over the last window of each scenario.
pub fn batches(figures: &Figures) -> String {
    let line = |sampling: &Sampling| Line {
        label: sampling.name.clone(),
        points: sampling.samples.iter().filter_map(|sample| Some((sample.at_s, sample.batch_size?))).collect(),
    };
    let all: Vec<Line> = figures.samplings.iter().map(line).collect();
    let heading = "<h2>Purchases decided together</h2>\n";
    if all.is_empty() {
        return format!("{heading}<p class=\"dim\">The server's metrics do not tell batch sizes.</p>\n");
    }
    let x_axis = Axis::linear("seconds", all.iter().flat_map(|line| line.points.iter().map(|point| point.0)));
    let y_axis =
        Axis::linear("purchases in a call", all.iter().flat_map(|line| line.points.iter().map(|point| point.1)));
    // As many in one plot as there are colours.
    let plots: String = all.chunks(8).map(|lines_of| lines("Batch sizes", &x_axis, &y_axis, lines_of)).collect();
    format!("{heading}<p class=\"dim\">Mean batch size by quarter of a second, in the last round.</p>\n{plots}\n")
}

/// Every contender with all its figures.
pub fn everything(figures: &Figures) -> String {
    let mut rows = String::new();
    for row in &figures.throughputs {
        let latency = row
            .latency_ms
            .as_ref()
            .map_or([f64::NAN; 4], |latency| [latency.p50, latency.p90, latency.p99, latency.max]);
        let cost = row.cost.map_or([f64::NAN; 3], |cost| [cost.postgres_us, cost.server_us, cost.load_us]);
        put(
            &mut rows,
            format_args!("<tr><td class=\"num left\">{}</td><td>{}</td>", escape(&row.scenario), escape(&label(row))),
        );
        for value in std::iter::once(row.per_second.mean).chain(latency).chain(cost) {
            put(&mut rows, format_args!("<td class=\"num\">{}</td>", format::number(value)));
        }
        put(&mut rows, format_args!("<td class=\"num\">{}</td></tr>", row.overloaded));
    }
    format!(
        "<h2>All of it</h2>\n<p class=\"dim\">Latencies in milliseconds; processor time in microseconds per request. \
         pgbench's own processor time is in no column.</p>\n<div class=\"scroll\"><table><tr><th>scenario</th><th>who</th>\
         <th class=\"num\">/s</th><th class=\"num\">p50</th><th class=\"num\">p90</th><th class=\"num\">p99</th>\
         <th class=\"num\">max</th><th class=\"num\">PostgreSQL</th><th class=\"num\">server</th><th class=\"num\">load</th>\
         <th class=\"num\">503</th></tr>{rows}</table></div>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::batches;
    use crate::{
        figures::{Figures, Sampling},
        samples::Sample,
    };

    #[test]
    fn batch_sizes_are_drawn_where_the_server_tells_them_and_else_it_is_said() {
        let mut figures = Figures::default();
        assert!(batches(&figures).contains("do not tell"));
        let sample = |at_s, batch_size| Sample { at_s, batch_size, queue_wait_ms: None, resident_bytes: None };
        let samples = vec![sample(0.25, Some(12.0)), sample(0.5, None), sample(0.75, Some(14.0))];
        figures.samplings.push(Sampling { name: "flash-sale".to_owned(), samples });
        assert_eq!(batches(&figures).matches("<circle").count(), 2);
    }
}
