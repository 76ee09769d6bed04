import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { elements } from './elements';
import { applyLanguage } from './i18n';
import { router } from './router';
import './style.css';

applyLanguage();
createApp(App).use(createPinia()).use(router).use(elements).mount('#app');
