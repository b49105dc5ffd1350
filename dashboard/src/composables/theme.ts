import { usePreferredDark, useStorage } from '@vueuse/core'
import { computed, watchEffect } from 'vue'

export type ThemeChoice = 'system' | 'light' | 'dark'

const choice = useStorage<ThemeChoice>('playtrace-theme', 'system')
const systemIsDark = usePreferredDark()

export const isDark = computed(() => (choice.value === 'system' ? systemIsDark.value : choice.value === 'dark'))

watchEffect(() => (document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light'), { flush: 'sync' })

export const useTheme = () => ({ choice, isDark })
