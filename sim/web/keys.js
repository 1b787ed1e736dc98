// What the mouse can reach and the keyboard could not.
//
// Plotly draws its buttons and its slider for the mouse alone. This gives them to the keyboard, and says their names
// to whoever listens: Tab reaches them; Enter or Space presses a button; arrows, Page Up, Page Down, Home and End move
// the slider, as they move any other. A box that scrolls can be reached as well, so that arrows scroll it.
(() => {
  if (window.weerbaarKeys) return
  window.weerbaarKeys = true

  const PAGE = 4  // weeks
  const SCROLLS = '[class*=st-key-long-], [data-testid=stTable] > div'
  const slider = chart => chart.layout?.sliders?.[0]

  function name(chart) {
    const one = slider(chart)
    if (!one) return
    for (const button of chart.querySelectorAll('.updatemenu-button')) {
      button.setAttribute('role', 'button')
      button.setAttribute('tabindex', '0')
      button.setAttribute('aria-label', button.textContent.replace(/[^\p{L} ]/gu, '').trim())
    }
    const grip = chart.querySelector('.slider-grip-rect')
    if (!grip) return
    const now = one.active ?? 0
    grip.setAttribute('role', 'slider')
    grip.setAttribute('tabindex', '0')
    grip.setAttribute('aria-label', one.currentvalue.prefix.trim())
    grip.setAttribute('aria-valuemin', '0')
    grip.setAttribute('aria-valuemax', String(one.steps.length - 1))
    grip.setAttribute('aria-valuenow', String(now))
    grip.setAttribute('aria-valuetext', one.steps[now].label)
    if (!chart.weerbaarHears) {
      chart.weerbaarHears = true
      for (const event of ['plotly_animatingframe', 'plotly_sliderchange']) chart.on(event, () => name(chart))
    }
  }

  function move(chart, to) {
    // A mouse would press on the mark of that week.
    const mark = chart.querySelectorAll('.slider-tick-rect')[to]?.getBoundingClientRect()
    const rail = chart.querySelector('.slider-rail-touch-rect')
    if (!mark || !rail) return
    const at = { bubbles: true, clientX: mark.left + mark.width / 2, clientY: mark.top }
    rail.dispatchEvent(new MouseEvent('mousedown', at))
    rail.dispatchEvent(new MouseEvent('mouseup', at))
    name(chart)
  }

  document.addEventListener('keydown', event => {
    const chart = event.target.closest?.('.js-plotly-plot')
    if (!chart || !slider(chart)) return
    if (event.target.matches('.updatemenu-button')) {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      event.target.dispatchEvent(new MouseEvent('click', { bubbles: true }))
    } else if (event.target.matches('.slider-grip-rect')) {
      const now = slider(chart).active ?? 0, last = slider(chart).steps.length - 1
      const to = {
        ArrowRight: now + 1, ArrowUp: now + 1, ArrowLeft: now - 1, ArrowDown: now - 1,
        PageUp: now + PAGE, PageDown: now - PAGE, Home: 0, End: last,
      }[event.key]
      if (to === undefined) return
      event.preventDefault()
      move(chart, Math.max(0, Math.min(last, to)))
    }
  })

  // Plotly breaks a promise that nobody waits for, without a reason, whenever the picture is stopped.
  window.addEventListener('unhandledrejection', event => {
    if (event.reason === undefined && document.querySelector('.slider-grip-rect')) event.preventDefault()
  })

  let waits = false
  const look = () => {
    waits = false
    document.querySelectorAll('.js-plotly-plot').forEach(name)
    for (const box of document.querySelectorAll(SCROLLS)) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1
      scrolls ? box.setAttribute('tabindex', '0') : box.removeAttribute('tabindex')
    }
  }
  const soon = () => {
    if (!waits) {
      waits = true
      requestAnimationFrame(look)
    }
  }
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true })
  addEventListener('resize', soon)
  soon()
})()
