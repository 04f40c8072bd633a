-- What a person does in Neovim 0.7 or later with the file that is open: wait for what the server says,
-- take the quick fix under the cursor, then fix all, and write all. $SEEN names the file for what was seen.

local PATIENCE = 60000 -- milliseconds; it takes one second
local FIX_ALL = vim.env.FIX_ALL or "source.fixAll.ssot"
local seen = { version = vim.fn.execute("version"):match("NVIM (v%S+)"), offered = {} }

local function wait_until(told, holds)
  assert(vim.wait(PATIENCE, holds, 20), "waited in vain until " .. told)
end

-- The menu of code actions: note what it offers, take the first.
vim.ui.select = function(items, options, choose)
  table.insert(seen.offered, vim.tbl_map(options.format_item, items))
  choose(items[1], 1)
end

local function take_action(kind)
  local before = vim.api.nvim_buf_get_changedtick(0)
  local context = { only = { kind } }
  if vim.fn.has("nvim-0.8") == 1 then
    vim.lsp.buf.code_action({ context = context })
  else
    vim.lsp.buf.code_action(context)
  end
  wait_until(kind .. " has changed the text", function()
    return vim.api.nvim_buf_get_changedtick(0) ~= before
  end)
  return vim.api.nvim_buf_get_lines(0, 0, -1, true)
end

local function steps()
  wait_until("there are diagnostics", function()
    return #vim.diagnostic.get(0) > 0
  end)
  vim.wait(1000) -- for a second answer to the same question, if there were one
  seen.diagnostics = vim.diagnostic.get(0)
  local first = seen.diagnostics[1]
  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
  seen.after_quick_fix = take_action("quickfix")
  seen.after_fix_all = take_action(FIX_ALL)
  wait_until("there are no diagnostics", function()
    return #vim.diagnostic.get(0) == 0
  end)
  vim.cmd("wall")
end

local done, problem = pcall(steps)
if not done then
  seen.problem = tostring(problem) .. "\n" .. vim.fn.execute("messages")
end
vim.fn.writefile({ vim.json.encode(seen) }, vim.env.SEEN)
vim.cmd(done and "qall!" or "cquit")
