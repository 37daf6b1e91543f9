//! stub
pub fn draw(
    _: &mut ratatui::Frame<'_>,
    _: ratatui::layout::Rect,
    _: &crate::app::pods::layer::Loaded,
    _: &crate::ui::theme::Theme,
) {
}
