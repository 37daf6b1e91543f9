//! Every point as a row.

use crate::domain::metrics::unseen::sentences;
use crate::domain::series::Series;
use crate::drill::report::csv_cell;
use crate::runtime::headless::paint::say as line;

use super::Page;

/// ```text
/// bucket,figure,at,value
/// aws/backups,StandardStorage,2026-11-18T00:00:00Z,7383920128
/// ```
pub(super) fn say(page: &Page<'_>) {
    line("bucket,figure,at,value");
    for seen in page.seen {
        let bucket = csv_cell(&seen.bucket.id.to_string());
        let write = |figure: &str, series: &Series| {
            for point in series.within(page.window).points() {
                line(&format!("{bucket},{},{},{}", csv_cell(figure), point.at, point.value));
            }
        };
        if let Some(measured) = seen.figures() {
            for class in &measured.classes {
                write(class.class.key(), &class.bytes);
            }
            write("total", &measured.total());
            write("objects", &measured.objects);
        }
        if let Some(recorded) = seen.recorded() {
            write("listed", &recorded.bytes());
            write("listed objects", &recorded.objects());
            for share in &seen.bucket.shares {
                let figure = format!("listed {} {}", share.environment, share.prefix);
                write(&figure, &recorded.bytes_of(share));
            }
        }
        for failure in seen.failures() {
            page.session.warn(&failure.to_string());
        }
        for unseen in seen.figures().iter().flat_map(|measured| sentences(&measured.unseen)) {
            page.session.warn(&format!("{}: {unseen}", seen.bucket.id));
        }
    }
}
