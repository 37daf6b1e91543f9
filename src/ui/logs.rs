//! stub
pub fn draw(
    _: &mut ratatui::Frame<'_>,
    _: ratatui::layout::Rect,
    _: &crate::app::logs::LogView,
    _: jiff::Timestamp,
    _: &crate::ui::theme::Theme,
) {
}
