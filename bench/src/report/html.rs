//! The result as one page that needs nothing else: no script, no file, no network.

use super::{Report, format::put, sections, svg::escape};
use crate::audit::Audit;

const STYLE: &str = include_str!("style.css");

/// The page.
pub fn page(report: &Report) -> String {
    let mut machine = String::new();
    for (name, value) in report.machine.lines() {
        put(&mut machine, format_args!("<tr><th>{name}</th><td>{}</td></tr>", escape(&value)));
    }
    let body = match &report.figures {
        Some(figures) => [
            sections::verdict(figures),
            sections::ratios(figures),
            sections::throughputs(figures),
            sections::latencies(figures),
            sections::batches(figures),
            sections::everything(figures),
        ]
        .concat(),
        None => "<p class=\"bad\">No figures: the audit is not clean.</p>".to_owned(),
    };
    let audit = match &report.audit {
        Audit::Clean => "<p class=\"good\">Clean.</p>".to_owned(),
        other => format!("<pre class=\"bad\">{}</pre>", escape(&other.to_string())),
    };
    let quick =
        if report.quick { "<p class=\"bad\">A quick run: one short round of each, not to be quoted.</p>" } else { "" };
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>tallystick benchmark, {date}</title>\n<style>\n{STYLE}</style></head>\n<body>\n\
         <h1>tallystick benchmark</h1>\n<p class=\"dim\">{date}. Every figure that counts is a ratio of two measurements \
         taken in turns on one machine; absolute figures belong to a machine and an hour.</p>\n{quick}\n{body}\n\
         <h2>Audit of every database after the run</h2>\n{audit}\n\
         <h2>Machine, versions, settings</h2>\n<div class=\"scroll\"><table>{machine}</table></div>\n\
         <h2>What this does not show</h2>\n{LIMITS}\n</body></html>\n",
        date = escape(&report.machine.date),
    )
}

const LIMITS: &str = "<p>The load generator, pgbench, the server and PostgreSQL share the machine's processors and one disk; \
    everything talks over the loopback interface, without TLS and without a proxy; there is one node and no replica; \
    PostgreSQL has its default settings but for <code>max_connections</code> and <code>autovacuum</code>; windows are seconds \
    long and say nothing of hours. Latencies in a closed loop are those of a server that is never left in peace: \
    only the open loop's are what customers would see.</p>";

#[cfg(test)]
mod tests {
    use crate::{audit::Audit, report::tests::some_report};

    #[test]
    fn the_page_needs_nothing_else() {
        let page = super::page(&some_report(Audit::Clean));
        assert!(
            !page.contains("<script") && !page.contains("http:") && !page.contains("https:") && !page.contains("url(")
        );
    }
}
