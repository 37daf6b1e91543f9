//! What is kept between two sessions.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::app::pods::location::View;
use crate::app::table::Sort;
use crate::domain::news::Namespaces;
use crate::domain::settings::ThemeChoice;

/// What the last session left behind; what is missing is as in the first one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    pub view: View,
    pub sorts: HashMap<View, Sort>,
    pub wide: bool,
    pub filter: String,
    pub faults_only: bool,
    /// `None` where nobody has chosen one in the console.
    pub theme: Option<ThemeChoice>,
    pub namespaces: Namespaces,
    pub hides_header: bool,
}
