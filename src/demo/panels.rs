//! The panels of the world: some of what else its account measures.

use crate::domain::environment::StorageName;
use crate::domain::metrics::panel::{Dimension, Panel, Thresholds, Worse};
use crate::domain::units::ByteSize;

pub(super) fn panels() -> Vec<Panel> {
    let panel = |name: &str, metric: (&str, &str), dimensions: &[(&str, &str)], thresholds| Panel {
        name: name.to_owned(),
        storage: StorageName("world".to_owned()),
        namespace: metric.0.to_owned(),
        metric: metric.1.to_owned(),
        dimensions: dimensions
            .iter()
            .map(|(name, value)| Dimension { name: (*name).to_owned(), value: (*value).to_owned() })
            .collect(),
        statistic: "Average".to_owned(),
        unit: "percent".to_owned(),
        thresholds,
    };
    let thresholds = |warning: f64, critical: f64, worse| Thresholds {
        warning: Some(warning),
        critical: Some(critical),
        worse,
    };
    let gibibytes = |count| ByteSize::gibibytes(count).bytes() as f64;
    vec![
        panel(
            "EC2 CPU",
            ("AWS/EC2", "CPUUtilization"),
            &[("InstanceId", "*")],
            thresholds(80.0, 95.0, Worse::Above),
        ),
        panel(
            "disk of the web server",
            ("CWAgent", "disk_used_percent"),
            &[("InstanceId", "*"), ("path", "/")],
            thresholds(80.0, 90.0, Worse::Above),
        ),
        Panel {
            statistic: "Sum".to_owned(),
            unit: "count".to_owned(),
            ..panel(
                "errors of ingest-notify",
                ("AWS/Lambda", "Errors"),
                &[("FunctionName", "ingest-notify")],
                thresholds(1.0, 10.0, Worse::Above),
            )
        },
        Panel {
            unit: "bytes".to_owned(),
            ..panel(
                "free space of ingest-reports",
                ("AWS/RDS", "FreeStorageSpace"),
                &[("DBInstanceIdentifier", "ingest-reports")],
                thresholds(gibibytes(20), gibibytes(5), Worse::Below),
            )
        },
    ]
}
